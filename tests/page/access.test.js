// Every view, light and dark, by the rules of axe-core.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, violations } from "./browser.js";
import { startService } from "./service.js";

// Two views at a time: axe keeps one core busy, and the browser has a process for each page.
describe("for everybody", { concurrency: 2 }, () => {
  let service;
  before(async () => {
    service = await startService({ more: ["--store-listen", "127.0.0.1:0", "--store-users"] });
    await service.api.post("/v1/consumerGroups/order-o-paid/billing", {});
    await service.api.draft({ order_id: "o-draft" });
    await service.api.paid({ order_id: "o-paid", note: "ring twice" });
    await service.api.command("o-paid", "shipItems", {
      shipment_id: "s-1",
      all_remaining: true,
      carrier: "Post",
    });
    await service.api.command("o-paid", "placeHold", { kind: "FRAUD", reason: "odd" });
    await service.api.post("/v1/readModels/orders:rebuild", {});
  });
  after(() => service.close());

  const views = {
    "the orders": "/orders",
    "orders found": "/orders?q=tea",
    "no order": "/orders?customer=nobody",
    "a refused filter": "/orders?status=NO_SUCH",
    "all filters": "/orders?sku=TEA",
    "a draft": "/orders/o-draft",
    "an order on its way": "/orders/o-paid",
    "no such order": "/orders/nobody",
    "time travel": "/orders/o-paid/history?at=1",
    "two points compared": "/orders/o-paid/history?at=3&with=0",
    "the shop": "/shop",
    "a customer's order": "/shop/orders/o-paid",
    "the read models": "/read-models",
    "a read model": "/read-models/orders?of=rebuild",
    "the dead letters": "/dead-letters",
    "no dead letter": "/dead-letters/orders/o-paid",
    "the streams": "/streams?system=true",
    "a stream": "/streams/order-o-paid?direction=forwards",
    "all events": "/streams/$all?type=Order",
    "no such stream": "/streams/nothing",
    "a stream that is not made here": "/streams/$ce-nothing",
    "a correlation": "/streams/correlated/none",
    "the events of a category": "/streams/$ce-order",
    "the streams of a category": "/streams/$category-order",
    "the consumer groups": "/groups",
    "a consumer group": "/groups/order-o-paid/billing",
    "no such group": "/groups/$all/nothing",
    "no webhooks": "/webhooks",
    "the store's users": "/users",
    "a user of the store": "/users/admin",
    "the node": "/node?settings=all",
    nothing: "/read-models/a/b",
  };

  const schemes = ["light", "dark"];
  let context;
  before(async () => (context = await openBrowser({ reducedMotion: "reduce" })));
  after(() => context.close());

  /// The dark page is the light one in other colours: what they are is all that is looked at again.
  /// It is loaded anew for them: what is drawn already takes its new colours bit by bit.
  const check = async (page, what, colorScheme, options = {}) => {
    const rules = colorScheme === "dark" ? ["color-contrast"] : undefined;
    assert.deepEqual(await violations(page, { ...options, rules }), [], `${what}, ${colorScheme}`);
  };

  for (const [name, path] of Object.entries(views)) {
    it(name, async () => {
      const page = await openPage(context, service.url + path, {
        expects: /status of (400|404|409)/,
      });
      for (const colorScheme of schemes) {
        if (colorScheme === "dark") {
          await page.emulateMedia({ colorScheme });
          await page.reload();
        }
        await page.locator("main .card").first().waitFor();
        await page
          .locator("main .skeleton")
          .waitFor({ state: "detached" })
          .catch(() => {});
        await check(page, name, colorScheme);
      }
      page.check();
      await page.close();
    });
  }
  it("every form of a command", async () => {
    for (const [id, colorScheme] of [
      ["o-draft", "light"],
      ["o-paid", "light"],
      ["o-paid", "dark"],
    ]) {
      const page = await openPage(context, `${service.url}/orders/${id}`, {
        init: (opened) => opened.emulateMedia({ colorScheme }),
      });
      await page.locator("[data-command]").first().waitFor();
      for (const name of await page
        .locator("[data-command]")
        .evaluateAll((all) => all.map((one) => one.dataset.command))) {
        await page.locator(`[data-command="${name}"]`).click();
        await page.getByRole("dialog").waitFor();
        await check(page, name, colorScheme, { within: "[role=dialog], dialog" });
        await page.keyboard.press("Escape");
        await page.getByRole("dialog").waitFor({ state: "detached" });
      }
      page.check();
      await page.close();
    }
  });
});
