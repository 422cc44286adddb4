// Webhooks: made, watched, changed and ended in the page; what they have given up.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, until, violations } from "./browser.js";
import { startService } from "./service.js";

/// An HTTP server that keeps what is posted to it and answers `receiver.status`.
async function startReceiver() {
  const receiver = { status: 204, messages: [] };
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    receiver.messages.push({ path: request.url, headers: request.headers, body });
    response.writeHead(receiver.status).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  receiver.address = `127.0.0.1:${server.address().port}`;
  receiver.url = (path) => `http://${receiver.address}${path}`;
  receiver.at = (path) => receiver.messages.filter((message) => message.path === path);
  receiver.close = () => {
    server.closeAllConnections();
    server.close();
  };
  return receiver;
}

/// Whether one of the message's signatures is of `secret`.
function isSigned({ headers, body }, secret) {
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const signature = `v1,${createHmac("sha256", key).update(signed).digest("base64")}`;
  return headers["webhook-signature"].split(" ").includes(signature);
}

describe("webhooks", () => {
  let service, context, receiver;
  before(async () => {
    receiver = await startReceiver();
    service = await startService({
      more: [
        ...["--webhook-hosts", `http://${receiver.address}`],
        ...["--webhook-first-pause", "1ms", "--webhook-attempts-max", "2"],
      ],
    });
    context = await openBrowser();
  });
  after(async () => {
    await context.close();
    await service.close();
    receiver.close();
  });
  const dialog = (page) => page.getByRole("dialog");
  const webhook = (id) => service.api.get(`/v1/webhooks/${id}`);
  const make = (id, fields = {}) =>
    service.api.post("/v1/webhooks", { webhook_id: id, url: receiver.url(`/${id}`), ...fields });
  const rows = (page) => page.locator("webhook-dead-letters tbody tr");

  it("are made in the page, which shows the secret once; messages are signed with it", async () => {
    const page = await openPage(context, `${service.url}/webhooks`, { expects: /status of 4\d\d/ });
    await page.getByText("Nobody is told of changes yet.").waitFor();
    await page.getByRole("button", { name: "New webhook…" }).click();
    await dialog(page).getByLabel("Address").fill("https://elsewhere.example/");
    await dialog(page).getByLabel("Id").fill("shop");
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    await dialog(page).locator(".refusal").waitFor();
    await dialog(page).getByLabel("Address").fill(receiver.url("/shop"));
    await dialog(page).getByLabel("Description").fill("tells the shop");
    await dialog(page).getByLabel("Only these events").fill("OrderConfirmed");
    assert.deepEqual(await violations(page, { within: "dialog" }), []);
    await dialog(page).getByRole("button", { name: "Make it" }).click();
    const secret = await dialog(page).getByLabel("Secret", { exact: true }).inputValue();
    assert.match(secret, /^whsec_/);
    assert.deepEqual(await violations(page, { within: "dialog" }), []);
    await page.keyboard.press("Escape"); // A stray one loses nothing.
    await dialog(page).getByRole("button", { name: "I have it" }).click();
    await page.getByRole("heading", { level: 1, name: "Webhook shop" }).waitFor();
    assert.equal((await page.content()).includes(secret), false);

    const id = await service.api.confirmed();
    await until(() => receiver.at("/shop").length === 1, "the message");
    const [message] = receiver.at("/shop");
    assert.ok(message.body.includes(id));
    assert.ok(isSigned(message, secret));
    await page
      .locator(".sums div", { hasText: "Delivered" })
      .getByText("1", { exact: true })
      .waitFor();
    await page.getByRole("link", { name: "Webhooks" }).first().click();
    await page
      .locator("tr", { has: page.locator('[data-row-link="shop"]') })
      .getByText("Active")
      .waitFor();
    page.check();
    await page.close();
  });

  it("are pinged, and the page says what came of it", async () => {
    await make("pinged");
    const page = await openPage(context, `${service.url}/webhooks/pinged`);
    await page.getByRole("button", { name: "Ping" }).click();
    await page.getByText(/The receiver answered 204 after/).waitFor();
    assert.equal(receiver.at("/pinged").length, 1);
    receiver.status = 500;
    await page.getByRole("button", { name: "Ping" }).click();
    await page.getByText(/Not delivered after .*500/).waitFor();
    receiver.status = 204;
    page.check();
    await page.close();
  });

  it("are paused with a reason and go on with what waited", async () => {
    await make("paused", { event_types: ["OrderCreated"] });
    const page = await openPage(context, `${service.url}/webhooks/paused`);
    await page.getByRole("button", { name: "Pause…" }).click();
    await dialog(page).getByLabel("Reason").fill("the shop moves");
    await dialog(page).getByRole("button", { name: "Pause it" }).click();
    await page.getByText("It is paused").waitFor();
    await page.getByText("the shop moves").waitFor();
    await service.api.draft();
    await page
      .locator(".sums div", { hasText: "Orders waiting" })
      .getByText("1", { exact: true })
      .waitFor();
    assert.equal(receiver.at("/paused").length, 0);
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator(".badge", { hasText: "Active" }).waitFor();
    await until(() => receiver.at("/paused").length === 1, "what waited");
    page.check();
    await page.close();
  });

  it("are changed, and get another secret beside the old one", async () => {
    const { secret: old } = await make("changed", { event_types: ["OrderCreated"] });
    const page = await openPage(context, `${service.url}/webhooks/changed`);
    await page.getByRole("button", { name: "Change…" }).click();
    await dialog(page).getByLabel("Only these events").fill("OrderCreated\nOrderConfirmed");
    await dialog(page).getByLabel("Description").fill("both");
    await dialog(page).getByRole("button", { name: "Change it" }).click();
    await page.getByText("OrderCreated, OrderConfirmed").waitFor();
    assert.equal((await webhook("changed")).description, "both");
    await page.getByRole("button", { name: "New secret…" }).click();
    await dialog(page).getByLabel("The old secret ends").selectOption("in an hour");
    await dialog(page).getByRole("button", { name: "Make a new secret" }).click();
    const secret = await dialog(page).getByLabel("Secret", { exact: true }).inputValue();
    assert.notEqual(secret, old);
    await dialog(page).getByRole("button", { name: "I have it" }).click();
    await page.getByText("Old secret ends").waitFor();
    await service.api.draft();
    await until(() => receiver.at("/changed").length === 1, "the message");
    for (const one of [old, secret]) assert.ok(isSigned(receiver.at("/changed")[0], one));
    page.check();
    await page.close();
  });

  it("that were given up are delivered again: one, so many, or all, after a look at how many", async () => {
    await make("failing", { event_types: ["OrderCreated"] });
    receiver.status = 400;
    for (let i = 0; i < 4; i++) await service.api.draft({ order_id: `o-failing-${i}` });
    await until(
      async () => (await webhook("failing")).deliveries.dead_letters === "4",
      "four dead letters",
      60_000,
    );
    const page = await openPage(context, `${service.url}/webhooks/failing`);
    await until(async () => (await rows(page).count()) === 4, "all four");
    await rows(page).first().getByText(/^400/).waitFor();
    receiver.status = 204;
    receiver.messages = [];
    await rows(page)
      .first()
      .getByRole("button", { name: /^Replay/ })
      .click();
    await until(() => receiver.at("/failing").length === 1, "one again");
    await until(async () => (await rows(page).count()) === 3, "one less");

    await page.getByRole("button", { name: "Replay…" }).click();
    await dialog(page).getByLabel("How many, the oldest first").fill("1");
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByText("1 dead letter would be delivered again").waitFor();
    assert.equal(receiver.at("/failing").length, 1); // So far it was only a look.
    await dialog(page).getByRole("button", { name: "Replay 1 dead letter" }).click();
    await until(async () => (await rows(page).count()) === 2, "another one less");

    // Somebody else was first: what was looked at is not what is there.
    await page.getByRole("button", { name: "Replay…" }).click();
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await service.api.post("/v1/webhooks/failing/deadLetters:replay", { oldest: "1" });
    await dialog(page).getByRole("button", { name: "Replay 2 dead letters" }).click();
    await dialog(page).locator(".refusal").waitFor();
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByRole("button", { name: "Replay 1 dead letter" }).click();
    await page.getByText("None: no message was given up.").waitFor();
    await until(() => receiver.at("/failing").length === 4, "all again");
    await page.close();
  });

  it("do without what was given up for a reason alone", async () => {
    await make("without", { event_types: ["OrderCreated"] });
    receiver.status = 400;
    await service.api.draft();
    await service.api.draft();
    await until(
      async () => (await webhook("without")).deliveries.dead_letters === "2",
      "two dead letters",
      60_000,
    );
    receiver.status = 204;
    const page = await openPage(context, `${service.url}/webhooks/without`);
    await until(async () => (await rows(page).count()) === 2, "both");
    assert.deepEqual(await violations(page), []);
    await rows(page)
      .first()
      .getByRole("button", { name: /^Discard/ })
      .click();
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByText("Reason is missing.").waitFor();
    await dialog(page).getByLabel("Reason").fill("of the tests");
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByRole("button", { name: "Discard 1 dead letter" }).click();
    await until(async () => (await rows(page).count()) === 1, "one less");
    await page.getByRole("button", { name: "Discard…", exact: true }).first().click();
    await dialog(page).getByLabel("Reason").fill("the rest");
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByRole("button", { name: "Discard 1 dead letter" }).click();
    await page.getByText("None: no message was given up.").waitFor();
    page.check();
    await page.close();
  });

  it("that are gone for their receiver are disabled, and the page says why", async () => {
    await make("gone", { event_types: ["OrderCreated"] });
    receiver.status = 410;
    await service.api.draft();
    const page = await openPage(context, `${service.url}/webhooks/gone`);
    await page.getByText("It is disabled").waitFor();
    receiver.status = 204;
    await page.getByRole("button", { name: "Resume" }).click();
    await page.locator(".badge", { hasText: "Active" }).waitFor();
    page.check();
    await page.close();
  });

  it("end after a confirmation, and are then not there", async () => {
    await make("ended");
    const page = await openPage(context, `${service.url}/webhooks/ended`, {
      expects: /status of 404/,
    });
    await page.getByRole("button", { name: "Delete…" }).click();
    await dialog(page).getByRole("button", { name: "Delete it" }).click();
    await page.getByText("The webhook ended is deleted.").waitFor();
    await page.locator('[data-row-link="shop"]').waitFor();
    assert.deepEqual(await violations(page), []);
    await page.goto(`${service.url}/webhooks/ended`);
    await page.getByText("No such webhook").waitFor();
    page.check();
    await page.close();
  });

  it("are not there where no address is allowed: the view says what turns them on", async () => {
    const closed = await startService();
    for (const path of ["/webhooks", "/webhooks/shop"]) {
      const page = await openPage(context, closed.url + path, { expects: /status of (400|409)/ });
      await page.getByText("Webhooks are switched off").waitFor();
      await page.getByText("webhook-hosts", { exact: true }).waitFor();
      assert.equal(await page.getByRole("button", { name: "New webhook…" }).count(), 0);
      page.check();
      await page.close();
    }
    await closed.close();
  });
});
