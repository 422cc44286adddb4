// Consumer groups: made, watched, changed and ended in the page; what consumers have put aside.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { jsonEvent, KurrentDBClient, PARK } from "@kurrent/kurrentdb-client";
import { openBrowser, openPage, until, violations } from "./browser.js";
import { startService } from "./service.js";

const carts = "carts-1";
const groupUrl = (group) => `/v1/consumerGroups/${carts}/${group}`;

describe("consumer groups", () => {
  let service, context, client;
  before(async () => {
    service = await startService({ more: ["--store-listen", "127.0.0.1:0"] });
    context = await openBrowser();
    client = KurrentDBClient.connectionString(
      `kurrentdb://${service.word("store-listen")}?tls=false&connectionName=till-1`,
    );
  });
  after(async () => {
    await client.dispose();
    await context.close();
    await service.close();
  });

  const made = (group, settings = { from_beginning: true }) =>
    service.api.post(groupUrl(group), { settings });
  const fill = (count) =>
    client.appendToStream(
      carts,
      Array.from({ length: count }, (_, number) =>
        jsonEvent({ type: "CartFilled", data: { number } }),
      ),
    );
  /// A consumer of `group`, which parks what `isBad` and acknowledges the rest; `events` are those it
  /// was given.
  function consume(group, isBad = () => false) {
    const events = [];
    const subscription = client.subscribeToPersistentSubscriptionToStream(carts, group);
    subscription.on("data", async (resolved) => {
      events.push(resolved);
      if (isBad(resolved.event)) await subscription.nack(PARK, "no such cart", resolved);
      else await subscription.ack(resolved);
    });
    subscription.on("error", () => {});
    return { events, stop: () => subscription.unsubscribe() };
  }
  const parkedOf = async (group) => Number((await service.api.get(groupUrl(group))).parked);
  const dialog = (page) => page.getByRole("dialog");
  const items = (page) => page.locator(".parked > li");

  /// A group with `count` parked messages that nobody reads any more.
  async function parked(group, count) {
    await made(group);
    const before = (await service.api.get(`/v1/streams?stream_prefix=${carts}`)).streams[0];
    const first = before ? Number(before.last_revision) + 1 : 0;
    await fill(count);
    const consumer = consume(group, ({ revision }) => Number(revision) >= first);
    await until(async () => (await parkedOf(group)) === count, "parked messages");
    await consumer.stop();
  }

  it("are made in the page, and stand in the list", async () => {
    const page = await openPage(context, `${service.url}/groups`, { expects: /status of 409/ });
    await page.getByText("Nobody shares the events of a stream among consumers yet.").waitFor();
    const create = async () => {
      await page.getByRole("button", { name: "New group…" }).first().click();
      await dialog(page).getByLabel("Stream", { exact: true }).fill(carts);
      await dialog(page).getByLabel("Group", { exact: true }).fill("billing");
      await dialog(page).getByLabel("Begins with").selectOption("the first event");
      await dialog(page).getByLabel("Tries again").fill("3");
      await dialog(page).getByRole("button", { name: "Make it" }).click();
    };
    await create();
    await page.getByRole("heading", { level: 1, name: "Group billing" }).waitFor();
    await page.getByText("No consumer is connected").waitFor();
    const { settings } = await service.api.get(groupUrl("billing"));
    assert.equal(settings.retries_max, 3);
    assert.equal(settings.from_beginning, true);
    await page.getByRole("link", { name: "Consumer groups" }).first().click();
    await page.locator(`[data-row-link="${carts}::billing"]`).waitFor();
    // The same again: what was typed stays beside the refusal.
    await create();
    await dialog(page)
      .locator(".refusal")
      .getByText(/billing/)
      .waitFor();
    assert.equal(await dialog(page).getByLabel("Stream", { exact: true }).inputValue(), carts);
    page.check();
    await page.close();
  });

  it("show who is connected, and how far they are", async () => {
    await made("watched");
    await fill(3);
    const consumer = consume("watched");
    const page = await openPage(context, `${service.url}/groups/${carts}/watched`);
    await page.locator("tr", { hasText: "till-1" }).waitFor();
    await page.locator(".badge.good", { hasText: "Live" }).waitFor();
    await until(async () => consumer.events.length >= 3, "the events");
    await page
      .locator(".sums div", { hasText: "Handed out" })
      .getByText(/^[3-9]/)
      .waitFor();
    await consumer.stop();
    await page.getByText("No consumer is connected").waitFor();
    page.check();
    await page.close();
  });

  it("take other settings, after a word of what that means for their consumers", async () => {
    await made("changed");
    const consumer = consume("changed");
    const page = await openPage(context, `${service.url}/groups/${carts}/changed`);
    await page.locator("tr", { hasText: "till-1" }).waitFor();
    await page.getByRole("button", { name: "Settings…" }).click();
    await dialog(page).getByText("Its consumers are dropped").waitFor();
    await dialog(page).getByLabel("Time to answer (seconds)").fill("soon");
    await dialog(page).getByRole("button", { name: "Change them" }).click();
    await dialog(page).getByText("Write seconds such as 30 or 2.5.").waitFor();
    await dialog(page).getByLabel("Time to answer (seconds)").fill("2.5");
    await dialog(page).getByText("More settings").click();
    await dialog(page).getByLabel("Consumers at most").fill("4");
    assert.deepEqual(await violations(page, { within: "dialog" }), []);
    await dialog(page).getByRole("button", { name: "Change them" }).click();
    await page.locator(".facts dd", { hasText: /^2\.5 s$/ }).waitFor();
    await page.getByText("No consumer is connected").waitFor();
    const { settings } = await service.api.get(groupUrl("changed"));
    assert.equal(settings.message_timeout, "2.500s");
    assert.equal(settings.consumers_max, 4);
    assert.equal(settings.retries_max, 10);
    await consumer.stop();
    page.check();
    await page.close();
  });

  it("show parked messages as they are stored, with the reason", async () => {
    await parked("shown", 2);
    const page = await openPage(context, `${service.url}/groups/${carts}/shown`);
    await until(async () => (await items(page).count()) === 2, "both");
    await items(page).first().getByText("no such cart").waitFor();
    await items(page).first().locator("summary").click();
    await items(page).first().getByText('"number"').waitFor();
    page.check();
    await page.close();
  });

  it("hand out parked messages again: one, so many, or all, after a look at how many", async () => {
    await parked("again", 5);
    const page = await openPage(context, `${service.url}/groups/${carts}/again`);
    await until(async () => (await items(page).count()) === 5, "all five");
    const consumer = consume("again");
    await page.locator("tr", { hasText: "till-1" }).waitFor();
    await items(page)
      .first()
      .getByRole("button", { name: /^Replay/ })
      .click();
    await page.getByText("The message is handed out again.").waitFor();
    await until(async () => (await items(page).count()) === 4, "one less");

    await page.getByRole("button", { name: "Replay…" }).click();
    await dialog(page).getByLabel("How many, the oldest first").fill("3");
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByText("3 messages would be handed out again").waitFor();
    await dialog(page).getByText("1 message would stay parked.").waitFor();
    assert.equal(await parkedOf("again"), 4); // So far it was only a look.
    await dialog(page).getByLabel("How many, the oldest first").fill("");
    await dialog(page).getByText("3 messages would").waitFor({ state: "detached" });
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByRole("button", { name: "Replay 4 messages" }).click();
    await page.getByText("None: every message so far was handled.").waitFor();
    await until(async () => consumer.events.length >= 5, "all of them, again");
    await consumer.stop();
    page.check();
    await page.close();
  });

  it("stand there until somebody has answered, and the page says that nobody does", async () => {
    await parked("waiting", 1);
    const page = await openPage(context, `${service.url}/groups/${carts}/waiting`);
    await items(page)
      .first()
      .getByRole("button", { name: /^Replay/ })
      .click();
    await page.getByText("Nobody is connected who could.").waitFor();
    await page.locator(".badge", { hasText: "Replaying" }).waitFor();
    const consumer = consume("waiting");
    await page.getByText("None: every message so far was handled.").waitFor();
    await page.locator(".badge", { hasText: "Replaying" }).waitFor({ state: "detached" });
    await consumer.stop();
    page.check();
    await page.close();
  });

  it("do without parked messages for a reason alone, which is recorded", async () => {
    await parked("without", 3);
    const page = await openPage(context, `${service.url}/groups/${carts}/without`);
    await until(async () => (await items(page).count()) === 3, "all three");
    await items(page)
      .first()
      .getByRole("button", { name: /^Discard/ })
      .click();
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByText("Reason is missing.").waitFor();
    await dialog(page).getByLabel("Reason").fill("a cart of the tests");
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByRole("button", { name: "Discard 1 message" }).click();
    await until(async () => (await items(page).count()) === 2, "one less");
    await page.getByRole("button", { name: "Discard…", exact: true }).first().click();
    await dialog(page).getByLabel("Reason").fill("all of them");
    await dialog(page).getByRole("button", { name: "See what it would do" }).click();
    await dialog(page).getByText("2 messages would be discarded").waitFor();
    await dialog(page).getByRole("button", { name: "Discard 2 messages" }).click();
    const record = await page
      .getByText(/It is recorded in/)
      .last()
      .innerText();
    await page.getByText("None: every message so far was handled.").waitFor();
    const [, stream] = /recorded in (\S+)\./.exec(record);
    const text = await service.api.text(`/v1/streams/${encodeURIComponent(stream)}/events`);
    assert.match(text, /a cart of the tests/);
    assert.match(text, /all of them/);
    page.check();
    await page.close();
  });

  it("end after a confirmation, and are then not there", async () => {
    await made("ended");
    const page = await openPage(context, `${service.url}/groups/${carts}/ended`, {
      expects: /status of 404/,
    });
    await page.getByRole("button", { name: "Delete…" }).click();
    // What cannot be undone is not under the first Enter.
    await page.keyboard.press("Enter");
    await dialog(page).waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Delete…" }).click();
    await dialog(page).getByRole("button", { name: "Delete it" }).click();
    await page.getByText("The group ended is deleted.").waitFor();
    await page.getByRole("heading", { level: 1, name: "Consumer groups" }).waitFor();
    await page.goto(`${service.url}/groups/${carts}/ended`);
    await page.getByText("No such group").waitFor();
    page.check();
    await page.close();
  });

  it("are all restarted after a confirmation", async () => {
    const consumer = consume("watched");
    const page = await openPage(context, `${service.url}/groups`);
    const row = page.locator("tr", { has: page.locator(`[data-row-link="${carts}::watched"]`) });
    await row.locator("td").last().getByText("1", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Restart all…" }).click();
    await dialog(page).getByRole("button", { name: "Restart them" }).click();
    await row.locator("td").last().getByText("0", { exact: true }).waitFor();
    await consumer.stop();
    page.check();
    await page.close();
  });
});
