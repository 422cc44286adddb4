// Every command of an order, done by hand in the page.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, until } from "./browser.js";
import { startService } from "./service.js";

describe("what may be done with an order", () => {
  let service, context, page;
  before(async () => {
    service = await startService();
    context = await openBrowser();
  });
  after(async () => {
    await context.close();
    await service.close();
  });

  async function open(id) {
    await page?.close();
    page = await openPage(context, `${service.url}/orders/${id}`);
    await page.locator("[data-command]").first().waitFor();
  }

  /// Does a command in its form; `fill` has what is typed or chosen, by label.
  async function perform(id, command, fill = {}, types = [command]) {
    const before = await service.api.revision(id);
    await page.locator(`[data-command="${command}"]`).click();
    const dialog = page.getByRole("dialog");
    for (const [label, value] of Object.entries(fill)) {
      const field = dialog.getByLabel(label, { exact: false }).first();
      if ((await field.evaluate((element) => element.tagName)) === "SELECT")
        await field.selectOption(value);
      else await field.fill(value);
    }
    await dialog.locator("button[type=submit]").click();
    await dialog.waitFor({ state: "detached" });
    const entries = (await service.api.history(id)).filter(
      ({ revision }) => Number(revision) > Number(before),
    );
    assert.deepEqual(
      entries.map(({ type }) => type),
      types,
    );
    for (const entry of entries) assert.match(entry.request_id, /^[0-9a-f]{32}$/);
    // It is drawn with what it has become before the next one is done.
    await page
      .locator(".lead")
      .getByText(`Revision ${entries.at(-1).revision} ·`)
      .waitFor();
    return service.api.order(id);
  }

  it("takes a draft from its first line to its return", async () => {
    const id = await service.api.draft({
      order_id: "o-all",
      lines: [],
      shipping_address: undefined,
    });
    await open(id);
    await perform(
      id,
      "AddItem",
      { Sku: "TEA", Title: "Assam tea", Quantity: "3", "Unit price": "8.90" },
      ["ItemAdded"],
    );
    await perform(
      id,
      "AddItem",
      { Sku: "POT", Title: "A pot", Quantity: "1", "Unit price": "34.5" },
      ["ItemAdded"],
    );
    await perform(
      id,
      "AddItem",
      { Sku: "MUG", Title: "A mug", Quantity: "1", "Unit price": "16" },
      ["ItemAdded"],
    );
    await perform(id, "ChangeItemQuantity", { Line: "1", "New quantity": "2" }, [
      "ItemQuantityChanged",
    ]);
    await perform(id, "RemoveItem", { Line: "3" }, ["ItemRemoved"]);
    const address = {
      Name: "Ada Brown",
      Street: "12 Mill Lane",
      City: "Berlin",
      "Country code": "de",
    };
    await perform(id, "SetShippingAddress", address, ["ShippingAddressSet"]);
    await perform(id, "SetBillingAddress", { ...address, Name: "Brown & Co" }, [
      "BillingAddressSet",
    ]);
    await perform(id, "SetNote", { Note: "ring twice" }, ["NoteSet"]);
    await perform(id, "ApplyDiscount", { Code: "SPRING", Discount: "10" }, ["DiscountApplied"]);
    await perform(id, "RemoveDiscount", {}, ["DiscountRemoved"]);
    await perform(id, "ApplyDiscount", { Code: "FIVE", Discount: "5.00", In: "amount" }, [
      "DiscountApplied",
    ]);
    await perform(id, "SetShippingFee", { Fee: "4.90" }, ["ShippingFeeSet"]);
    let order = await perform(id, "SetTax", { Tax: "19" }, ["TaxSet"]);
    assert.equal(order.tax.rate_ppm, 190000);
    order = await perform(id, "ConfirmOrder", {}, ["OrderConfirmed"]);
    assert.equal(order.status, "CONFIRMED");
    await perform(id, "RecordPaymentFailure", { Reason: "card expired" }, ["PaymentFailed"]);
    await perform(id, "PlaceHold", { Kind: "FRAUD", Reason: "looks odd" }, ["OrderHeld"]);
    await perform(id, "ReleaseHold", {}, ["HoldReleased"]);
    await perform(id, "AuthorizePayment", {}, ["PaymentAuthorized"]);
    order = await perform(id, "CapturePayment", {}, ["PaymentCaptured"]);
    assert.equal(order.payment_status, "PAID");
    assert.equal(order.ledger.captured.minor_units, order.totals.total.minor_units);
    order = await perform(id, "ShipItems", { "A pot": "0", Carrier: "Post" }, ["ItemsShipped"]);
    assert.equal(order.fulfilment_status, "PARTIALLY_SHIPPED");
    await perform(id, "CancelItems", { Reason: "out of pots" }, ["ItemsCancelled"]);
    order = await perform(id, "RecordDelivery", {}, ["ShipmentDelivered", "OrderCompleted"]);
    assert.equal(order.status, "COMPLETED");
    await perform(id, "RequestReturn", { "Assam tea": "1", Reason: "too strong" }, [
      "ReturnRequested",
    ]);
    order = await perform(id, "ReceiveReturn", {}, ["ReturnReceived"]);
    const due = order.ledger.refund_due.minor_units;
    order = await perform(id, "RefundPayment", { Reason: "came back" }, ["PaymentRefunded"]);
    assert.equal(order.ledger.refunded.minor_units, due);
    assert.equal(order.ledger.refund_due.minor_units, "0");
    page.check();
  });

  it("cancels an order, and offers then only what is left to do", async () => {
    const id = await service.api.paid();
    await open(id);
    await perform(id, "CancelOrder", { Reason: "changed my mind" }, ["OrderCancelled"]);
    await page.locator('[data-command="RefundPayment"]').waitFor();
    assert.equal(await page.locator('[data-command="ShipItems"]').count(), 0);
    page.check();
  });

  it("says what a command would change, and does not do it", async () => {
    const id = await service.api.draft();
    await open(id);
    await page.locator('[data-command="SetTax"]').click();
    await page.getByRole("dialog").getByLabel("Tax").first().fill("19");
    await page.getByRole("button", { name: "What would it change?" }).click();
    await page.getByText("It would change", { exact: true }).waitFor();
    assert.match(
      await page.locator("dialog .changes").innerText(),
      /Tax · rate ppm\s+nothing\s+→\s+is now\s+19 %/,
    );
    assert.equal(await service.api.revision(id), "0");
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    assert.equal(await page.evaluate(() => document.activeElement.dataset.command), "SetTax");
    page.check();
  });

  it("says beside a field what is wrong with it, and sends nothing", async () => {
    const id = await service.api.draft({ currency_code: "JPY" });
    await open(id);
    await page.locator('[data-command="SetShippingFee"]').click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Fee").fill("4.90");
    await dialog.locator("button[type=submit]").click();
    await dialog.getByText("JPY has no smaller unit.").waitFor();
    await dialog.getByLabel("Fee").fill("");
    await dialog.locator("button[type=submit]").click();
    await dialog.getByText("Fee is missing.").waitFor();
    assert.equal(await service.api.revision(id), "0");
    page.check();
  });

  it("keeps every digit of large numbers", async () => {
    const id = await service.api.draft({
      lines: [
        { sku: "GOLD", title: "Gold", quantity: 1, unit_price: { minor_units: "999999999999" } },
      ],
    });
    await open(id);
    await until(
      async () =>
        /9\u202f999\u202f999\u202f999\.99 EUR/.test(await page.locator(".sums").innerText()),
      "the total",
    );
    await page.goto(`${service.url}/orders/${id}/history`);
    await page.getByText('"unitPrice": 999999999999').waitFor();
    page.check();
  });
});
