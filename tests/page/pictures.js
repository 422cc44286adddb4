// Takes the pictures of the documentation: node pictures.js FOLDER. No test runs it; the target
// page_pictures does.
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { closeBrowser, openBrowser, openPage, until } from "./browser.js";
import { home, startService } from "./service.js";

const folder = process.argv[2];
if (!folder) throw new Error("usage: node pictures.js FOLDER");
mkdirSync(folder, { recursive: true });

const articles = [
  ["TEA-ASSAM", "Assam tea, 250 g", 890],
  ["TEA-SENCHA", "Sencha, 100 g", 1240],
  ["POT-GLASS", "Glass teapot, 1.2 l", 3450],
  ["MUG-BLUE", "Stoneware mug, blue", 1600],
  ["KETTLE-STEEL", "Steel kettle", 4990],
  ["BISCUIT-TIN", "Butter biscuits, tin", 1199],
];
const customers = ["ada", "grace", "barbara", "edsger", "donald", "tony"];
const ordersMade = 40;

/// Orders at every stage, the same at each run.
async function playDay(api) {
  for (let i = 0; i < ordersMade; i++) {
    const lines = [0, 1, 2].slice(0, 1 + (i % 3)).map((n) => {
      const [sku, title, price] = articles[(i + 2 * n) % articles.length];
      return { sku, title, quantity: 1 + ((i + n) % 3), unit_price: { minor_units: price } };
    });
    const id = `2026-${String(1001 + i)}`;
    await api.draft({
      order_id: id,
      customer_id: customers[i % customers.length],
      lines,
      shipping_address: home,
    });
    await api.command(id, "setTax", { rate_ppm: 190_000 });
    await api.command(id, "setShippingFee", { fee: { minor_units: 490 } });
    const stage = i % 8;
    if (stage === 0) continue;
    await api.command(id, "confirm");
    if (stage === 1) continue;
    if (stage === 7) {
      await api.command(id, "cancel", { reason: "ordered twice" });
      continue;
    }
    if (stage === 6)
      await api.command(id, "recordPaymentFailure", {
        payment_id: "card-0",
        reason: "card expired",
      });
    const { ledger } = await api.order(id);
    await api.command(id, "capturePayment", { payment_id: "card-1", amount: ledger.open });
    if (stage === 2)
      await api.command(id, "placeHold", { kind: "ADDRESS", reason: "no such house number" });
    if (stage < 4) continue;
    await api.command(id, "shipItems", {
      shipment_id: "s-1",
      all_remaining: true,
      carrier: "Parcel Post",
      tracking_code: `PP-${id}`,
    });
    if (stage === 4) continue;
    await api.command(id, "recordDelivery", { shipment_id: "s-1" });
    if (stage === 5) {
      await api.command(id, "requestReturn", {
        return_id: "r-1",
        items: [{ line_id: 1, quantity: 1 }],
        reason: "does not fit",
      });
      await api.command(id, "receiveReturn", { return_id: "r-1" });
    }
  }
}

/// Takes everything but what is posted to /broken.
const receiver = createServer(({ url }, response) =>
  response.writeHead(url === "/broken" ? 500 : 204).end(),
);
receiver.listen(0, "127.0.0.1");
await once(receiver, "listening");
const receiverUrl = `http://127.0.0.1:${receiver.address().port}`;

const service = await startService({
  more: [
    ...["--store-listen", "127.0.0.1:0"],
    ...["--webhook-hosts", receiverUrl, "--webhook-first-pause", "1ms"],
    ...["--webhook-attempts-max", "3"],
  ],
});
const webhook = (id, path, fields) =>
  service.api.post("/v1/webhooks", { webhook_id: id, url: receiverUrl + path, ...fields });
await webhook("bookkeeping", "/broken", {
  description: "Paid and refunded",
  event_types: ["PaymentFailed", "ReturnReceived"],
});
await webhook("mail", "/mail", { description: "Tells customers how their order is doing" });
await webhook("warehouse", "/warehouse", { description: "Picks and packs" });
for (const [stream, group] of [
  ["$ce-order", "statistics"],
  ["$et-OrderConfirmed", "warehouse"],
  ["$et-OrderCancelled", "fraud-check"],
])
  await service.api.post(
    `/v1/consumerGroups/${encodeURIComponent(stream)}/${group}`,
    { settings: { from_beginning: true } },
  );
await playDay(service.api);
await until(async () => {
  const { deliveries } = await service.api.get("/v1/webhooks/bookkeeping");
  return deliveries.pending_orders === "0" && Number(deliveries.dead_letters) > 0;
}, "dead letters");
const views = [
  ["orders", "/orders", "light", async (page) => page.locator("[data-row-link]").first().waitFor()],
  [
    "order",
    "/orders/2026-1037",
    "light",
    async (page) => page.locator("[data-command]").first().waitFor(),
  ],
  [
    "time-travel",
    "/orders/2026-1038/history?at=3",
    "dark",
    async (page) => page.locator("#point").waitFor(),
  ],
  ["shop", "/shop/orders/2026-1037", "light", async (page) => page.locator(".steps").waitFor()],
  [
    "read-models",
    "/read-models",
    "dark",
    async (page) => {
      await page.locator("lag-chart canvas").first().waitFor();
      for (const name of ["orders", "sales"])
        await page.locator(`[data-operation="${name}:verify"]`).click();
      for (let i = 0; i < 40; i++) {
        await service.api.confirmed({ order_id: `load-${i}` });
        if (i % 8 === 0) await page.waitForTimeout(500);
      }
      await page.waitForTimeout(6500); // The notices go.
    },
  ],
];
views.push(
  [
    "webhook",
    "/webhooks/bookkeeping",
    "light",
    async (page) => page.locator("webhook-dead-letters tbody tr").first().waitFor(),
  ],
  ["groups", "/groups", "dark", async (page) => page.getByText("fraud-check").first().waitFor()],
);
for (const [name, path, colorScheme, ready] of views) {
  const context = await openBrowser({ colorScheme, viewport: { width: 1280, height: 800 } });
  const page = await openPage(context, service.url + path);
  await page.getByText("Live", { exact: true }).first().waitFor();
  await ready(page);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  page.check();
  await context.close();
}
await closeBrowser();
await service.close();
receiver.closeAllConnections();
receiver.close();
