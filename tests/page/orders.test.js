// The list of orders: live, filtered by its address, page by page, searched, as it was.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage } from "./browser.js";
import { startService } from "./service.js";

describe("the list of orders", () => {
  let service, context;
  before(async () => {
    service = await startService();
    context = await openBrowser();
  });
  after(async () => {
    await context.close();
    await service.close();
  });
  const row = (page, id) => page.locator(`tr:has([data-row-link="${id}"])`);

  it("says what to do when there are none, and shows one as it is placed", async () => {
    const page = await openPage(context, `${service.url}/`);
    await page.getByText("No orders yet").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    const id = await service.api.draft({ order_id: "o-first" });
    await row(page, id).getByText("Draft").waitFor();
    await service.api.command(id, "confirm");
    await row(page, id).getByText("Confirmed").waitFor();
    assert.equal(new URL(page.url()).pathname, "/orders");
    page.check();
    await page.close();
  });

  it("stands still while it is paused, and follows again", async () => {
    const page = await openPage(context, `${service.url}/orders`);
    await row(page, "o-first").waitFor();
    await page.getByRole("button", { name: "Pause" }).click();
    await service.api.draft({ order_id: "o-later" });
    await page.waitForTimeout(1500);
    assert.equal(await row(page, "o-later").count(), 0);
    await page.getByRole("button", { name: "Follow again" }).click();
    await row(page, "o-later").waitFor();
    page.check();
    await page.close();
  });

  it("keeps its filters in the address, and an address has its filters", async () => {
    await service.api.draft({ order_id: "o-grace", customer_id: "grace", currency_code: "KWD" });
    const page = await openPage(context, `${service.url}/orders`);
    await page.getByLabel("Customer").fill("grace");
    await page.getByLabel("Customer").press("Enter");
    await row(page, "o-first").waitFor({ state: "detached" });
    await row(page, "o-grace").getByText("1.780 KWD").waitFor();
    await page.getByLabel("Status").selectOption("CONFIRMED");
    await page.getByText("No order is like that").waitFor();
    const query = new URL(page.url()).searchParams;
    assert.equal(query.get("customer"), "grace");
    assert.equal(query.get("status"), "CONFIRMED");
    await page.goBack();
    await row(page, "o-grace").waitFor();
    assert.equal(await page.getByLabel("Status").inputValue(), "");

    await page.goto(
      `${service.url}/orders?status=CONFIRMED&min=10.00&currency=EUR&order=total%20desc&sku=TEA&held=false`,
    );
    await row(page, "o-first").waitFor();
    assert.equal(await page.getByLabel("Total from").inputValue(), "10.00");
    assert.equal(await page.locator("tbody tr").count(), 1);
    page.check();
    await page.close();
  });

  it("shows the service's reason for a filter that cannot be", async () => {
    const page = await openPage(context, `${service.url}/orders?status=NO_SUCH`, {
      expects: /status of 400/,
    });
    await page.getByRole("alert").getByText("expected one of DRAFT").first().waitFor();
    await page.getByRole("button", { name: "Try again" }).waitFor();
    page.check();
    await page.close();
  });

  it("turns its pages, and a page has an address", async () => {
    for (let i = 0; i < 30; i++)
      await service.api.draft({
        order_id: `p-${String(i).padStart(2, "0")}`,
        customer_id: "pages",
      });
    const page = await openPage(context, `${service.url}/orders?customer=pages&order=order_id`);
    await row(page, "p-24").waitFor();
    assert.equal(await row(page, "p-25").count(), 0);
    await page.getByRole("button", { name: "Next page" }).click();
    await row(page, "p-25").waitFor();
    await page.reload();
    await row(page, "p-29").waitFor();
    assert.equal(await page.locator("tbody tr").count(), 5);
    await page.getByRole("button", { name: "First page" }).click();
    await row(page, "p-00").waitFor();
    page.check();
    await page.close();
  });

  it("searches all orders", async () => {
    await service.api.draft({ order_id: "o-noted", note: "ring twice at the blue door" });
    const page = await openPage(context, `${service.url}/orders`);
    await page.getByLabel("Search orders").fill('"blue door"');
    await page.getByLabel("Search orders").press("Enter");
    await row(page, "o-noted").getByText("Note", { exact: true }).waitFor();
    assert.equal(await page.locator("tbody tr").count(), 1);
    await page.getByLabel("Search orders").fill("nowhere-to-be-found");
    await page.getByLabel("Search orders").press("Enter");
    await page.getByText("Nothing found").waitFor();
    await page.getByRole("button", { name: "Show all orders" }).click();
    await row(page, "o-noted").waitFor();
    page.check();
    await page.close();
  });

  it("shows the list as it was", async () => {
    const [first] = await service.api.history("o-first");
    const page = await openPage(context, `${service.url}/orders?as_of=${first.record_time}`, {
      expects: /status of 503/,
    });
    await row(page, "o-first").getByText("Draft").waitFor();
    assert.equal(await page.locator("tbody tr").count(), 1);
    page.check();
    await page.close();
  });
});
