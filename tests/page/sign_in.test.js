// A service that answers to tokens alone: the page asks for one, and shows what it is good for.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, violations } from "./browser.js";
import { startService } from "./service.js";

const made = () => `orders_${randomBytes(32).toString("base64url")}`;
const expects = /status of (401|403|404)/;

describe("with tokens", () => {
  const shop = made();
  const ada = made();
  let service, context;
  before(async () => {
    service = await startService({
      tokens: [
        { token: shop, name: "shop", role: "admin" },
        { token: ada, name: "ada-web", role: "write", customer: "ada" },
      ],
    });
    await service.api.draft({ order_id: "o-ada" });
    await service.api.draft({ order_id: "o-bob", customer_id: "bob" });
    context = await openBrowser({ reducedMotion: "reduce" });
  });
  after(async () => {
    await context.close();
    await service.close();
  });
  const row = (page, id) => page.locator(`tr:has([data-row-link="${id}"])`);
  const signIn = async (page, token) => {
    await page.getByLabel("Token").fill(token);
    await page.getByRole("button", { name: "Go on" }).click();
  };

  it("nothing is shown before one is given, and a wrong one is refused", async () => {
    const page = await openPage(context, `${service.url}/orders`, { expects });
    await page.getByRole("dialog", { name: "Who is there?" }).waitFor();
    assert.equal(await row(page, "o-ada").count(), 0);
    assert.deepEqual(await violations(page, { within: "dialog" }), []);
    await signIn(page, "orders_nobody");
    await page.getByRole("dialog").getByText("the token is not accepted").waitFor();
    page.check();
    await page.close();
  });

  it("the right one opens the page, changes arrive, and signing out closes it", async () => {
    const page = await openPage(context, `${service.url}/orders`, { expects });
    await signIn(page, shop);
    await row(page, "o-ada").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    const later = await service.api.draft();
    await row(page, later).waitFor();
    await page.reload();
    await row(page, later).waitFor(); // It is kept for the tab.
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("dialog", { name: "Who is there?" }).waitFor();
    assert.equal(await row(page, "o-ada").count(), 0);
    page.check();
    await page.close();
  });

  it("a customer's shows that customer's orders, and others as if there were none", async () => {
    const page = await openPage(context, `${service.url}/orders`, { expects });
    await signIn(page, ada);
    await row(page, "o-ada").waitFor();
    assert.equal(await row(page, "o-bob").count(), 0);
    await page.getByText("No live changes with this token").waitFor();
    await page.goto(`${service.url}/orders/o-bob`);
    await page.getByText("no order o-bob").waitFor();
    page.check();
    await page.close();
  });

  it("who called stands in the order's history", async () => {
    const entries = await service.api.history("o-ada");
    assert.equal(entries[0].actor, "shop");
  });
});
