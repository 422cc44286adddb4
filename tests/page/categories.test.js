// Streams of links: the events of a category and of a type, the streams of a category.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { jsonEvent, KurrentDBClient } from "@kurrent/kurrentdb-client";
import { openBrowser, openPage, until } from "./browser.js";
import { startService } from "./service.js";

describe("streams of links", () => {
  let service, context, client;
  before(async () => {
    // A store that is served to others makes them.
    service = await startService({ more: ["--store-listen", "127.0.0.1:0"] });
    context = await openBrowser();
    client = KurrentDBClient.connectionString(
      `kurrentdb://${service.word("store-listen")}?tls=false`,
    );
    await service.api.paid({ order_id: "o-1" });
    await service.api.draft({ order_id: "o-2" });
  });
  after(async () => {
    await client.dispose();
    await context.close();
    await service.close();
  });
  const events = (page) => page.locator("details.event");

  it("are a click away from each stream: its category, and the type of its newest event", async () => {
    const page = await openPage(context, `${service.url}/streams`);
    const row = page.locator('tr:has([data-row-link="order-o-1"])');
    await row.getByRole("link", { name: "PaymentCaptured" }).click();
    await page.getByRole("heading", { level: 1, name: "$et-PaymentCaptured" }).waitFor();
    await events(page).getByText("order-o-1 · 3").waitFor();
    assert.equal(await events(page).count(), 1);
    await page.goBack();
    await row.getByRole("link", { name: "order", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "$ce-order" }).waitFor();
    await until(async () => (await events(page).count()) === 5, "the events of both orders");
    page.check();
    await page.close();
  });

  it("show events with the links' numbers, from either end, and new ones as they come", async () => {
    const page = await openPage(context, `${service.url}/streams/$ce-order?direction=forwards`);
    const first = events(page).first();
    await first.getByText("OrderCreated").waitFor();
    await first.locator("summary").click();
    await first.getByText("Read by the link").waitFor();
    await first.getByText('"unitPrice": 890').waitFor();
    await page.getByLabel("From revision").fill("3");
    await page.getByLabel("From revision").press("Enter");
    await until(async () => (await events(page).count()) === 2, "the last two");
    assert.equal(await events(page).first().locator(".event-revision").innerText(), "3");
    await page.getByText("Live", { exact: true }).waitFor();
    await service.api.command("o-2", "setNote", { note: "quick" });
    await events(page).getByText("order-o-2 · 1").waitFor();
    page.check();
    await page.close();
  });

  it("of first events list the streams of a category, and lead to them", async () => {
    const page = await openPage(context, `${service.url}/streams/order-o-1`);
    await page.getByRole("link", { name: "Its category" }).click();
    await page.getByRole("link", { name: "Its streams" }).click();
    await page.getByRole("heading", { level: 1, name: "$category-order" }).waitFor();
    await page.getByRole("link", { name: "order-o-2" }).waitFor();
    assert.equal(await page.locator("tbody tr").count(), 2);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "order-o-2" }).waitFor();
    page.check();
    await page.close();
  });

  it("keep the links to what is gone, and say so", async () => {
    for (const stream of ["cart-1", "cart-2"])
      await client.appendToStream(stream, jsonEvent({ type: "CartFilled", data: { stream } }));
    await client.tombstoneStream("cart-1");
    const page = await openPage(context, `${service.url}/streams/$et-CartFilled`);
    await events(page).getByText("Its event is gone").waitFor();
    await events(page).getByText("cart-2 · 0").waitFor();
    page.check();
    await page.close();
  });

  it("are told from streams that the store does not make, with what there is instead", async () => {
    const plain = await startService();
    await plain.api.draft({ order_id: "o-1" });
    for (const [stream, instead] of [
      ["$ce-order", "The same events, of all streams"],
      ["$et-OrderCreated", "The same events, of all streams"],
      ["$category-order", "The same streams"],
      ["$streams", "The same streams"],
    ]) {
      const page = await openPage(context, `${plain.url}/streams/${stream}`, {
        expects: /status of (404|409)/,
      });
      await page.getByText("This store does not make such a stream").waitFor();
      await page.getByText("--store-listen").waitFor();
      await page.getByRole("link", { name: instead }).click();
      await page.getByText("order-o-1").first().waitFor();
      page.check();
      await page.close();
    }
    await plain.close();
  });
});
