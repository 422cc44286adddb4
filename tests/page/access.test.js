// Every view, light and dark, by the rules of axe-core.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, violations } from "./browser.js";
import { startService } from "./service.js";

describe("for everybody", () => {
  let service;
  before(async () => {
    service = await startService();
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
    "a stream that is not made here": "/streams/$ce-order",
    "a correlation": "/streams/correlated/none",
    "the node": "/node?settings=all",
    nothing: "/read-models/a/b",
  };
  for (const colorScheme of ["light", "dark"]) {
    // The dark page is the light one in other colours.
    const rules = colorScheme === "dark" ? ["color-contrast"] : undefined;
    let context;
    before(async () => (context = await openBrowser({ colorScheme, reducedMotion: "reduce" })));
    after(() => context.close());
    for (const [name, path] of Object.entries(views)) {
      it(`${name}, ${colorScheme}`, async () => {
        const page = await openPage(context, service.url + path, {
          expects: /status of (400|404|409)/,
        });
        await page.locator("main .card").first().waitFor();
        await page
          .locator("main .skeleton")
          .waitFor({ state: "detached" })
          .catch(() => {});
        assert.deepEqual(await violations(page, { rules }), []);
        page.check();
        await page.close();
      });
    }
    it(`every form of a command, ${colorScheme}`, async () => {
      for (const id of ["o-draft", "o-paid"]) {
        const page = await openPage(context, `${service.url}/orders/${id}`);
        await page.locator("[data-command]").first().waitFor();
        for (const name of await page
          .locator("[data-command]")
          .evaluateAll((all) => all.map((one) => one.dataset.command))) {
          await page.locator(`[data-command="${name}"]`).click();
          await page.getByRole("dialog").waitFor();
          assert.deepEqual(await violations(page, { rules, within: "[role=dialog], dialog" }), [], name);
          await page.keyboard.press("Escape");
          await page.getByRole("dialog").waitFor({ state: "detached" });
        }
        page.check();
        await page.close();
      }
    });
  }
});
