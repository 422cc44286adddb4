// Dead letters: events that somebody else wrote into an order's stream and that cannot be applied.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { jsonEvent, binaryEvent, KurrentDBClient } from "@kurrent/kurrentdb-client";
import { openBrowser, openPage, until } from "./browser.js";
import { startService, startStore } from "./service.js";

describe("dead letters", () => {
  let store, service, context, client;
  before(async () => {
    store = await startStore();
    service = await startService({ store });
    context = await openBrowser();
    client = KurrentDBClient.connectionString(`kurrentdb://${store.address}?tls=false`);
    for (const id of ["o-broken", "o-bytes"]) await service.api.draft({ order_id: id });
    await service.api.draft({ order_id: "o-fine" });
    await client.appendToStream(
      "order-o-broken",
      jsonEvent({ type: "ItemRemoved", data: { lineId: "no number" } }),
    );
    await client.appendToStream(
      "order-o-bytes",
      binaryEvent({ type: "NoteSet", data: Buffer.from([0xff, 0x00, 0x41]) }),
    );
    await until(async () => {
      const { read_models: models } = await service.api.get("/v1/readModels");
      return models.every(({ blocked_orders: blocked }) => blocked === "2");
    }, "two blocked orders in every read model");
  });
  after(async () => {
    await client.dispose();
    await context.close();
    await service.close();
    await store.stop();
  });

  it("are listed, counted in the navigation, and named on the order's own page", async () => {
    const page = await openPage(context, `${service.url}/dead-letters?read_model=orders`, {
      expects: /status of 500/,
    });
    await page.getByRole("link", { name: "o-broken" }).waitFor();
    await page.getByRole("link", { name: "o-bytes" }).waitFor();
    assert.equal(await page.locator("tbody tr").count(), 2);
    assert.equal(await page.locator(".side-nav .count").innerText(), "2");
    await page.getByLabel("Read model").selectOption("");
    await until(
      async () => (await page.locator("tbody tr").count()) === 8,
      "those of all read models",
    );
    await page.goto(`${service.url}/orders/o-broken`);
    await page.getByText("An event of this order could not be applied").waitFor();
    await page.goto(`${service.url}/orders`);
    await page.getByText("2 orders are shown as they were before a dead letter.").waitFor();
    page.check();
    await page.close();
  });

  it("show the event as it is stored: text as text, bytes as bytes", async () => {
    const page = await openPage(context, `${service.url}/dead-letters/orders/o-broken`);
    await page.getByText('"no number"').waitFor();
    await page.getByRole("heading", { name: "Why it could not be applied" }).waitFor();
    await page.goto(`${service.url}/dead-letters/orders/o-bytes`);
    await page.getByText("3 bytes that are no UTF-8").waitFor();
    assert.match(await page.locator("pre.json").first().innerText(), /ff 00 41/);
    page.check();
    await page.close();
  });

  it("are tried again, and say why they are still blocked", async () => {
    const page = await openPage(context, `${service.url}/dead-letters/orders/o-broken`);
    await page.getByRole("button", { name: "Try it again" }).click();
    await page.getByRole("status").getByText("Still blocked").waitFor();
    page.check();
    await page.close();
  });

  it("are skipped with a reason alone, which is recorded; the order goes on", async () => {
    const page = await openPage(context, `${service.url}/dead-letters/orders/o-broken`, {
      expects: /status of (404|409)/,
    });
    await page.getByRole("button", { name: "Skip it…" }).click();
    await page.getByRole("button", { name: "Skip it for good" }).click();
    await page.getByText("Reason is missing.").waitFor();
    await page.getByRole("dialog").getByLabel("Reason").fill("written by hand, by mistake");
    await page.getByRole("button", { name: "Skip it for good" }).click();
    await page.getByText("The order is free again").waitFor();
    await page.getByText("Not blocked").waitFor();
    const { skipped_events: skipped } = await service.api.get(
      "/v1/readModels/orders/skippedEvents",
    );
    assert.deepEqual(
      skipped.map(({ order_id: id, reason }) => [id, reason]),
      [["o-broken", "written by hand, by mistake"]],
    );
    await page.goto(`${service.url}/read-models/orders`);
    await page.getByText("written by hand, by mistake").waitFor();
    page.check();
    await page.close();
  });

  it("that are skipped on a stale page are not another event's", async () => {
    const page = await openPage(context, `${service.url}/dead-letters/sales/o-bytes`, {
      expects: /status of (404|409)/,
    });
    await page.getByRole("button", { name: "Skip it…" }).click();
    await page.getByRole("dialog").getByLabel("Reason").fill("twice");
    await service.api.post("/v1/readModels/sales/deadLetters/o-bytes:skip", {
      revision: "1",
      reason: "elsewhere",
    });
    await page.getByRole("button", { name: "Skip it for good" }).click();
    await page
      .getByRole("status")
      .getByText(/o-bytes/)
      .waitFor();
    page.check();
    await page.close();
  });
});
