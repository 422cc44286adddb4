// Persistent subscriptions, every public call of the clients.
import assert from "node:assert/strict";
import { it } from "node:test";

import { withClient } from "./clients.js";
import { Delivered, freshName, numbered, numbersOf, upTo } from "./helpers.js";

/// Waits until `check` gives something true, and returns it.
async function eventually(check, what) {
  for (let tries = 0; tries < 600; tries++) {
    const found = await check();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not come true`);
}

/// What a read of `stream` gives, as an array.
async function readAll(client, stream) {
  const all = [];
  for await (const resolved of client.readStream(stream)) all.push(resolved);
  return all;
}

await withClient(({ api, client }) => {
  const {
    END,
    START,
    PARK,
    RETRY,
    SKIP,
    STOP,
    PersistentSubscriptionDoesNotExistError,
    PersistentSubscriptionDroppedError,
    PersistentSubscriptionExistsError,
    PersistentSubscriptionMaximumSubscribersReachedError,
    persistentSubscriptionToAllSettingsFromDefaults: toAll,
    persistentSubscriptionToStreamSettingsFromDefaults: toStream,
    streamNameFilter,
  } = api;

  /// A group on a new stream of `count` events, from its start.
  async function given(count, settings = {}) {
    const stream = freshName("ps");
    if (count > 0) await client.appendToStream(stream, numbered(api, count));
    await client.createPersistentSubscriptionToStream(
      stream,
      "group",
      toStream({ startFrom: START, ...settings }),
    );
    return stream;
  }
  const open = (stream, options) => {
    const subscription = client.subscribeToPersistentSubscriptionToStream(stream, "group", options);
    return { subscription, delivered: new Delivered(subscription) };
  };
  const info = (stream) => client.getPersistentSubscriptionToStreamInfo(stream, "group");
  const parked = (stream, count) =>
    eventually(async () => (await info(stream)).stats.parkedMessageCount === BigInt(count), "parkedMessageCount");

  it("delivers history, then what is written, each acknowledged", async () => {
    const stream = await given(3);
    const { subscription, delivered } = open(stream);
    const history = await delivered.take(3);
    assert.deepEqual(numbersOf(history), upTo(3));
    assert.deepEqual(history.map(({ retryCount }) => retryCount), [0, 0, 0]);
    await subscription.ack(...history);
    await client.appendToStream(stream, numbered(api, 2, { first: 3 }));
    const live = await delivered.take(2);
    assert.deepEqual(numbersOf(live), [3, 4]);
    await subscription.ack(...live);
    await eventually(async () => (await info(stream)).stats.outstandingMessagesCount === 0, "all acknowledged");
    await subscription.unsubscribe();
  });

  it("sends no more than bufferSize before an ack", async () => {
    const stream = await given(2);
    const { subscription, delivered } = open(stream, { bufferSize: 1 });
    const [first] = await delivered.take(1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    assert.equal(delivered.count, 0);
    await subscription.ack(first);
    await delivered.take(1);
    await subscription.unsubscribe();
  });

  it("sends again what is retried", async () => {
    const stream = await given(1);
    const { subscription, delivered } = open(stream);
    await subscription.nack(RETRY, "again", ...(await delivered.take(1)));
    const [again] = await delivered.take(1);
    assert.equal(again.retryCount, 1);
    await subscription.ack(again);
    await subscription.unsubscribe();
  });

  for (const [name, action] of [["skipped", SKIP], ["stopped at", STOP]]) {
    it(`goes on after what is ${name}`, async () => {
      const stream = await given(1);
      const { subscription, delivered } = open(stream);
      await subscription.nack(action, "not this", ...(await delivered.take(1)));
      await client.appendToStream(stream, numbered(api, 1, { first: 1 }));
      assert.deepEqual(numbersOf(await delivered.take(1)), [1]);
      assert.equal(Number((await info(stream)).stats.parkedMessageCount), 0);
      await subscription.unsubscribe();
    });
  }

  it("parks, and replays what is parked", async () => {
    const stream = await given(3);
    const { subscription, delivered } = open(stream);
    await subscription.nack(PARK, "broken", ...(await delivered.take(3)));
    await parked(stream, 3);
    const entries = await readAll(client, `$persistentsubscription-${stream}::group-parked`);
    assert.equal(entries.length, 3);
    await client.replayParkedMessagesToStream(stream, "group", { stopAt: 2 });
    const some = await delivered.take(2);
    assert.deepEqual(numbersOf(some), [0, 1]);
    await parked(stream, 1);
    await client.replayParkedMessagesToStream(stream, "group");
    const rest = await delivered.take(1);
    assert.deepEqual(numbersOf(rest), [2]);
    await subscription.ack(...some, ...rest);
    await parked(stream, 0);
    await subscription.unsubscribe();
  });

  it("says what it is and how it stands", async () => {
    const stream = await given(1, { maxRetryCount: 3, consumerStrategyName: "Pinned" });
    const { subscription, delivered } = open(stream, { bufferSize: 5 });
    await delivered.take(1);
    const said = await info(stream);
    assert.equal(said.eventSource, stream);
    assert.equal(said.groupName, "group");
    assert.equal(said.status, "Live");
    assert.equal(said.settings.maxRetryCount, 3);
    assert.equal(said.settings.consumerStrategyName, "Pinned");
    assert.equal(said.connections.length, 1);
    assert.equal(said.connections[0].inFlightMessages, 1);
    await subscription.unsubscribe();
  });

  it("is listed", async () => {
    const stream = await given(0);
    const group = freshName("all");
    await client.createPersistentSubscriptionToAll(group, toAll());
    const names = (infos) => infos.map(({ groupName }) => groupName);
    assert.deepEqual(names(await client.listPersistentSubscriptionsToStream(stream)), ["group"]);
    assert.ok(names(await client.listPersistentSubscriptionsToAll()).includes(group));
    const all = await client.listAllPersistentSubscriptions();
    assert.ok(names(all).includes(group));
    assert.ok(all.some(({ eventSource }) => eventSource === stream));
    await assert.rejects(
      client.listPersistentSubscriptionsToStream(freshName("none")),
      PersistentSubscriptionDoesNotExistError,
    );
    await client.deletePersistentSubscriptionToAll(group);
  });

  it("drops its consumers when it is updated, and goes on with the new settings", async () => {
    const stream = await given(0);
    const { delivered } = open(stream);
    await eventually(async () => (await info(stream)).connections.length === 1, "a consumer");
    await client.updatePersistentSubscriptionToStream(stream, "group", toStream({ startFrom: END, maxRetryCount: 7 }));
    assert.ok((await delivered.untilError()) instanceof PersistentSubscriptionDroppedError);
    assert.equal((await info(stream)).settings.maxRetryCount, 7);
  });

  it("drops its consumers when it is deleted, and is gone", async () => {
    const stream = await given(0);
    const { delivered } = open(stream);
    await eventually(async () => (await info(stream)).connections.length === 1, "a consumer");
    await client.deletePersistentSubscriptionToStream(stream, "group");
    assert.ok((await delivered.untilError()) instanceof PersistentSubscriptionDroppedError);
    await assert.rejects(info(stream), PersistentSubscriptionDoesNotExistError);
    await assert.rejects(
      client.deletePersistentSubscriptionToStream(stream, "group"),
      PersistentSubscriptionDoesNotExistError,
    );
    const late = open(stream);
    assert.ok((await late.delivered.untilError()) instanceof PersistentSubscriptionDoesNotExistError);
  });

  it("is not made twice", async () => {
    const stream = await given(0);
    await assert.rejects(
      client.createPersistentSubscriptionToStream(stream, "group", toStream()),
      PersistentSubscriptionExistsError,
    );
  });

  it("takes no more consumers than it may have", async () => {
    const stream = await given(0, { maxSubscriberCount: 1 });
    const first = open(stream);
    await eventually(async () => (await info(stream)).connections.length === 1, "a consumer");
    const second = open(stream);
    const error = await second.delivered.untilError();
    assert.ok(error instanceof PersistentSubscriptionMaximumSubscribersReachedError, error);
    await first.subscription.unsubscribe();
  });

  it("gives each of two consumers its turn", async () => {
    const stream = await given(0);
    const [first, second] = [open(stream), open(stream)];
    await eventually(async () => (await info(stream)).connections.length === 2, "two consumers");
    await client.appendToStream(stream, numbered(api, 10));
    await first.delivered.take(5);
    await second.delivered.take(5);
    await first.subscription.unsubscribe();
    await second.subscription.unsubscribe();
  });

  it("works on $all, with a filter, every call", async () => {
    const prefix = freshName("wanted");
    const group = freshName("group");
    await client.createPersistentSubscriptionToAll(group, toAll({ startFrom: START }), {
      filter: streamNameFilter({ prefixes: [prefix] }),
    });
    const subscription = client.subscribeToPersistentSubscriptionToAll(group);
    const delivered = new Delivered(subscription);
    await client.appendToStream(freshName("other"), numbered(api, 3));
    await client.appendToStream(`${prefix}-1`, numbered(api, 2));
    const taken = await delivered.take(2);
    assert.deepEqual(numbersOf(taken), [0, 1]);
    await subscription.nack(PARK, "later", ...taken);
    const said = () => client.getPersistentSubscriptionToAllInfo(group);
    await eventually(async () => (await said()).stats.parkedMessageCount === 2n, "parked");
    await client.replayParkedMessagesToAll(group);
    const again = await delivered.take(2);
    assert.deepEqual(numbersOf(again), [0, 1]);
    await subscription.ack(...again);
    await client.updatePersistentSubscriptionToAll(group, toAll({ startFrom: START, maxRetryCount: 4 }));
    assert.ok((await delivered.untilError()) instanceof PersistentSubscriptionDroppedError);
    assert.equal((await said()).settings.maxRetryCount, 4);
    await client.deletePersistentSubscriptionToAll(group);
    await assert.rejects(said(), PersistentSubscriptionDoesNotExistError);
  });

  it("is there after a restart of the subsystem, its consumers are not", async () => {
    const stream = await given(1);
    const { delivered } = open(stream);
    await delivered.take(1);
    await client.restartPersistentSubscriptionSubsystem();
    assert.ok((await delivered.untilError()) instanceof PersistentSubscriptionDroppedError);
    const { subscription, delivered: after } = open(stream);
    await subscription.ack(...(await after.take(1)));
    await subscription.unsubscribe();
  });
});
