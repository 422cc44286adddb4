// The store's streams: which there are, their events as they are stored, what caused what.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, until } from "./browser.js";
import { startService } from "./service.js";

describe("the streams", () => {
  let service, context;
  before(async () => {
    service = await startService();
    context = await openBrowser();
    await service.api.paid({ order_id: "o-1" });
    await service.api.draft({ order_id: "o-2" });
  });
  after(async () => {
    await context.close();
    await service.close();
  });

  it("are listed by their newest event, as they are written to", async () => {
    const page = await openPage(context, `${service.url}/streams`);
    await page.getByRole("link", { name: "order-o-1" }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await service.api.draft({ order_id: "o-3" });
    await until(
      async () => (await page.locator("tbody tr").first().innerText()).startsWith("order-o-3"),
      "the new stream first",
    );
    await page.getByLabel("Names that begin with").fill("order-o-2");
    await page.getByLabel("Names that begin with").press("Enter");
    await page.getByRole("link", { name: "order-o-1" }).waitFor({ state: "detached" });
    assert.equal(new URL(page.url()).searchParams.get("prefix"), "order-o-2");
    page.check();
    await page.close();
  });

  it("unfold to data and metadata, from either end", async () => {
    const page = await openPage(context, `${service.url}/streams`);
    await page.getByLabel("Go to a stream").fill("order-o-1");
    await page.getByLabel("Go to a stream").press("Enter");
    await page.getByRole("heading", { level: 1, name: "order-o-1" }).waitFor();
    const first = page.locator("details.event").first();
    await first.getByText("PaymentCaptured").waitFor();
    await page.getByLabel("Direction").selectOption("forwards");
    await first.getByText("OrderCreated").waitFor();
    await first.locator("summary").click();
    await first.getByText('"unitPrice": 890').waitFor();
    await first.getByText('"$correlationId"').waitFor();
    await page.getByLabel("From revision").fill("2");
    await page.getByLabel("From revision").press("Enter");
    await until(async () => (await page.locator("details.event").count()) === 2, "the last two");
    page.check();
    await page.close();
  });

  it("are found in $all by stream and by type, where a store has none for categories too", async () => {
    const page = await openPage(context, `${service.url}/streams/$all?type=OrderConfirmed`);
    await page.locator("details.event").first().getByText("order-o-1").waitFor();
    assert.equal(await page.locator("details.event").count(), 1);
    await page.close();
    const category = await openPage(context, `${service.url}/streams/$ce-order`, {
      expects: /status of (404|409)/,
    });
    await category.getByRole("link", { name: "The same events, of all streams" }).click();
    await category.locator("details.event").first().waitFor();
    assert.equal(new URL(category.url()).searchParams.get("category"), "order-");
    category.check();
    await category.close();
  });

  it("show what one request has caused", async () => {
    const [, , , captured] = await service.api.history("o-1");
    const page = await openPage(context, `${service.url}/orders/o-1/history?at=3`);
    await page.getByRole("link", { name: captured.correlation_id }).click();
    await page.locator("details.event").getByText("PaymentAuthorized").waitFor();
    await page.locator("details.event").getByText("PaymentCaptured").first().waitFor();
    assert.equal(await page.locator("details.event").count(), 2);
    await page.goto(`${service.url}/streams/correlated/none`);
    await page.getByText("Nothing found").waitFor();
    page.check();
    await page.close();
  });

  it("that are not there say so", async () => {
    const page = await openPage(context, `${service.url}/streams/nothing`, {
      expects: /status of 404/,
    });
    await page.getByRole("alert").waitFor();
    await page.getByRole("link", { name: "To the streams" }).click();
    await page.getByRole("heading", { level: 1, name: "Streams" }).waitFor();
    page.check();
    await page.close();
  });
});
