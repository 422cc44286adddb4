// A customer's way: choose, place, pay, follow, send back, cancel.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, until } from "./browser.js";
import { startService } from "./service.js";

describe("the shop", () => {
  let service, context;
  before(async () => {
    service = await startService();
    context = await openBrowser();
  });
  after(async () => {
    await context.close();
    await service.close();
  });

  async function place(page, currency = "EUR") {
    await page.goto(`${service.url}/shop`);
    await page.getByLabel("Currency").selectOption(currency);
    await page.getByRole("button", { name: "Add Assam tea, 250 g to the basket" }).click();
    await page.getByRole("button", { name: "Add Stoneware mug, blue to the basket" }).click();
    await page.getByRole("button", { name: "One more: Stoneware mug, blue" }).click();
    await page.getByRole("button", { name: /^Place the order for/ }).click();
    await page.getByRole("heading", { name: "Your order" }).waitFor();
    return decodeURIComponent(new URL(page.url()).pathname.split("/").at(-1));
  }
  const current = (page) => page.locator('.steps [aria-current="step"]').innerText();

  it("places an order, takes the money, and follows it to the door", async () => {
    const page = await openPage(context, `${service.url}/shop`);
    const id = await place(page);
    let order = await service.api.order(id);
    assert.equal(order.status, "CONFIRMED");
    assert.equal(order.totals.goods.minor_units, "4090");
    assert.equal(order.totals.total.minor_units, "4867");
    await until(async () => (await current(page)).startsWith("Paid"), "to be paid");
    await page.getByRole("button", { name: "Pay 48.67 EUR" }).click();
    await until(async () => (await current(page)).startsWith("On its way"), "paid");
    order = await service.api.order(id);
    assert.equal(order.payment_status, "PAID");

    await service.api.command(id, "shipItems", {
      shipment_id: "s-1",
      all_remaining: true,
      carrier: "Post",
    });
    await until(async () => (await current(page)).startsWith("Delivered"), "on its way");
    await service.api.command(id, "recordDelivery", { shipment_id: "s-1" });
    await page.getByRole("button", { name: "Send something back" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("one too many");
    await page.getByRole("dialog").getByRole("button", { name: "Request a return" }).click();
    await page.getByText("Return return-", { exact: false }).first().waitFor();
    page.check();
    await page.close();
  });

  it("counts in the currency's own units", async () => {
    const page = await openPage(context, `${service.url}/shop`);
    const id = await place(page, "JPY");
    const order = await service.api.order(id);
    assert.equal(order.totals.goods.minor_units, "6420");
    await page.getByRole("button", { name: "Pay 7\u202f640 JPY" }).waitFor();
    page.check();
    await page.close();
  });

  it("cancels an order", async () => {
    const page = await openPage(context, `${service.url}/shop`);
    const id = await place(page);
    await page.getByRole("button", { name: "Cancel the order" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel the order" }).click();
    await page.getByText("This order is cancelled.").waitFor();
    assert.equal((await service.api.order(id)).status, "CANCELLED");
    page.check();
    await page.close();
  });

  it("keeps the basket over a reload, and says which field is missing", async () => {
    const page = await openPage(context, `${service.url}/shop`);
    await page.getByRole("button", { name: "Add Sencha, 100 g to the basket" }).click();
    await page.reload();
    await page.getByRole("button", { name: "One more: Sencha, 100 g" }).waitFor();
    await page.getByLabel("City").fill("");
    await page.getByRole("button", { name: /^Place the order for/ }).click();
    await page.getByText("City is missing.").waitFor();
    page.check();
    await page.close();
  });

  it("goes on with an order whose placing was cut off in the middle", async () => {
    const id = await service.api.draft({ order_id: "shop-cut-off" });
    const page = await openPage(context, `${service.url}/shop/orders/${id}`);
    await page.getByRole("button", { name: "Place this order" }).click();
    await page.getByRole("button", { name: "Pay 17.80 EUR" }).waitFor();
    page.check();
    await page.close();
  });

  it("takes the money once, although no answer came and the button was pressed again", async () => {
    const id = await service.api.confirmed({ order_id: "shop-paid-once" });
    const page = await openPage(context, `${service.url}/shop/orders/${id}`, {
      expects: /net::ERR_/,
    });
    await page.route("**/v1/orders/*:capturePayment", async (route) => {
      await route.fetch(); // The service has it; the page does not hear of it.
      await route.abort("connectionreset");
    });
    await page.route(`**/v1/orders/${id}?*`, (route) => route.abort("connectionreset"));
    await page.route(`**/v1/orders/${id}`, (route) => route.abort("connectionreset"));
    await page.getByRole("button", { name: "Pay 17.80 EUR" }).click();
    await page.getByText("No answer yet").waitFor({ timeout: 40_000 });
    await page.unrouteAll({ behavior: "ignoreErrors" });
    await page.getByRole("button", { name: "Pay 17.80 EUR" }).click();
    await until(async () => (await current(page)).startsWith("On its way"), "paid");
    const types = (await service.api.history(id)).map(({ type }) => type);
    assert.equal(types.filter((type) => type === "PaymentAuthorized").length, 1);
    assert.equal(types.filter((type) => type === "PaymentCaptured").length, 1);
    page.check();
    await page.close();
  });
});
