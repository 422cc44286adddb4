// What a caller is told when it goes wrong; WrongExpectedVersionError, StreamNotFoundError,
// StreamDeletedError and MaxAppendSizeExceededError are where they arise, in the other files.
import assert from "node:assert/strict";
import { it } from "node:test";

import { isOutage, libraryUnderTest, ways, withClient } from "./clients.js";
import { collect, Delivered, freshName, numbered } from "./helpers.js";
import { startServer } from "./server.js";

await withClient(({ api, client, connect, server }) => {
  const { eventTypeFilter } = api;

  for (const { way, call } of ways) {
    it(`is DeadlineExceededError when the time of an append is over, by ${way}`, async () => {
      const stream = freshName("late");
      await client.appendToStream(freshName("first"), numbered(api, 1), call);
      await assert.rejects(
        client.appendToStream(stream, numbered(api, 1), { ...call, deadline: -1 }),
        api.DeadlineExceededError,
      );
      await assert.rejects(collect(client.readStream(stream)), api.StreamNotFoundError);
    });
  }

  it("is an error that ends the call alone where a filter cannot be read", async () => {
    const good = new Delivered(client.subscribeToAll());
    const bad = new Delivered(client.subscribeToAll({ filter: eventTypeFilter({ regex: "(" }) }));
    const error = await bad.untilError();
    assert.ok(error instanceof api.UnknownError, error);
    assert.match(error.message, /INVALID_ARGUMENT/);
    await client.appendToStream(freshName("fine"), numbered(api, 1));
    await good.take(1);
    await good.subscription.unsubscribe();
  });

  it("is an error where a position is none", async () => {
    const bad = new Delivered(client.subscribeToAll({ fromPosition: { commit: 1n, prepare: 9n } }));
    const error = await bad.untilError();
    assert.ok(error instanceof api.UnknownError, error);
  });

  it("is UnsupportedError for what the node does not list among its features", async (t) => {
    if (!client.multiStreamAppend) return t.skip("the newer client alone has such a call");
    await assert.rejects(
      client.multiStreamAppend([{ streamName: freshName("m"), events: numbered(api, 1), expectedState: api.ANY }]),
      api.UnsupportedError,
    );
    await assert.rejects(
      client.appendRecords([{ streamName: freshName("m"), record: numbered(api, 1)[0] }]),
      api.UnsupportedError,
    );
  });

  it("is the same for a caller that asks for the leader: this node is it", async () => {
    const stream = freshName("leader");
    await client.appendToStream(stream, numbered(api, 1), { requiresLeader: true });
    assert.equal((await collect(client.readStream(stream, { requiresLeader: true }))).length, 1);
  });

  it("finds the node by gossip as well", async () => {
    const [host, port] = server.address.split(":");
    const gossiping = connect(`${server.address},${host}:${port}`);
    const stream = freshName("gossip");
    await gossiping.appendToStream(stream, numbered(api, 2));
    assert.equal((await collect(gossiping.readStream(stream))).length, 2);
    await gossiping.dispose();
  });
});

it("is UnavailableError when the node is gone", async () => {
  const { api, connect } = libraryUnderTest();
  const server = await startServer();
  const client = connect(server.address);
  const stream = freshName("gone");
  await client.appendToStream(stream, numbered(api, 1));
  const delivered = new Delivered(client.subscribeToStream(stream));
  await delivered.take(1);
  await server.kill();
  const error = await delivered.untilError();
  assert.ok(error instanceof api.UnavailableError, error);
  await assert.rejects(client.appendToStream(stream, numbered(api, 1)), (error) => isOutage(api, error));
  await assert.rejects(collect(client.readStream(stream)), api.UnavailableError);
  await client.dispose();
});
