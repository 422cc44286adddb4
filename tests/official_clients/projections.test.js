// System projections through the official clients: every call of theirs, and the streams of links.
import assert from "node:assert/strict";
import { test } from "node:test";

import { ways, withClient } from "./clients.js";
import { collect, Delivered, freshName, numbered } from "./helpers.js";

const systems = [
  "$by_category",
  "$by_event_type",
  "$stream_by_category",
  "$streams",
  "$by_correlation_id",
];

/// Names without a dash of their own.
const freshCategory = () => freshName("category").replaceAll("-", "");

await withClient(({ api, client, expecting }) => {
  const write = (stream, count, type, first = 0) =>
    client.appendToStream(stream, numbered(api, count, { type, first }), expecting(api.ANY));

  test("a category is read with its links and what they stand for", async () => {
    const category = freshCategory();
    await write(`${category}-a`, 2, "Made");
    await write(`${category}-b`, 1, "Made");
    const links = await collect(client.readStream(`$ce-${category}`));
    assert.deepEqual(
      links.map(({ event }) => [event.type, Buffer.from(event.data).toString(), Number(event.revision)]),
      [
        ["$>", `0@${category}-a`, 0],
        ["$>", `1@${category}-a`, 1],
        ["$>", `0@${category}-b`, 2],
      ],
    );
    const resolved = await collect(
      client.readStream(`$ce-${category}`, { resolveLinkTos: true, direction: api.BACKWARDS, fromRevision: api.END }),
    );
    assert.deepEqual(
      resolved.map(({ event, link }) => [event.streamId, Number(event.revision), Number(link.revision)]),
      [
        [`${category}-b`, 0, 2],
        [`${category}-a`, 1, 1],
        [`${category}-a`, 0, 0],
      ],
    );
  });

  test("a subscription to a category and one to a type go on live", async () => {
    const category = freshCategory();
    const type = freshName("Type");
    await write(`${category}-a`, 2, type);
    const streams = [`$ce-${category}`, `$et-${type}`];
    const subscriptions = streams.map(
      (stream) => new Delivered(client.subscribeToStream(stream, { resolveLinkTos: true })),
    );
    const numbers = async (delivered, count) =>
      (await delivered.take(count)).map(({ event, link }) => [event.data.n, Number(link.revision)]);
    for (const delivered of subscriptions) assert.deepEqual(await numbers(delivered, 2), [[0, 0], [1, 1]]);
    await write(freshName("other"), 1, "Other");
    await write(`${category}-b`, 2, type, 2);
    for (const delivered of subscriptions) {
      assert.deepEqual(await numbers(delivered, 2), [[2, 2], [3, 3]]);
      await delivered.subscription.unsubscribe();
    }
  });

  test("what a link stands for may be gone", async () => {
    const category = freshCategory();
    await write(`${category}-a`, 1, "Made");
    await write(`${category}-b`, 1, "Made");
    await client.tombstoneStream(`${category}-a`);
    const read = await collect(client.readStream(`$ce-${category}`, { resolveLinkTos: true, maxCount: 2 }));
    assert.deepEqual(read.map(({ event, link }) => [event?.streamId, Number(link.revision)]), [
      [undefined, 0],
      [`${category}-b`, 1],
    ]);
  });

  test("nobody else appends to a category's stream", async () => {
    for (const { way, call } of ways) {
      const append = client.appendToStream(`$ce-${freshCategory()}`, numbered(api, 1), call);
      // One of the clients does not know the refusal of a batch, and says that instead.
      await assert.rejects(append, way === "Append" ? /is made by projection \$by_category/ : Error);
    }
  });

  test("the system's are listed", async () => {
    const listed = await client.listProjections();
    assert.deepEqual(listed.map(({ name }) => name), systems);
    assert.deepEqual(new Set(listed.map(({ projectionStatus }) => projectionStatus)), new Set(["Running"]));
  });

  test("one is described, asked for its state and result, reset", async () => {
    const name = "$by_category";
    assert.equal((await client.getProjectionStatus(name)).name, name);
    assert.deepEqual(await client.getProjectionState(name), {});
    assert.deepEqual(await client.getProjectionResult(name), {});
    await client.resetProjection(name);
    await client.restartSubsystem();
  });

  test("one that is stopped goes on where it ended", async () => {
    const type = freshName("Type");
    const name = "$by_event_type";
    const count = async () => (await collect(client.readStream(`$et-${type}`))).length;
    await write(freshName("stream"), 1, type);
    for (const stop of ["disableProjection", "abortProjection"]) {
      const before = await count();
      await client[stop](name);
      assert.match((await client.getProjectionStatus(name)).projectionStatus, /Stopped/);
      await write(freshName("stream"), 1, type);
      assert.equal(await count(), before);
      await client.enableProjection(name);
      assert.equal(await count(), before + 1);
    }
  });

  test("others are refused, and missing ones named", async () => {
    await assert.rejects(client.createProjection("mine", "fromAll()"));
    for (const call of [
      () => client.enableProjection("mine"),
      () => client.disableProjection("mine"),
      () => client.abortProjection("mine"),
      () => client.resetProjection("mine"),
      () => client.updateProjection("mine", "fromAll()"),
      () => client.deleteProjection("mine"),
      () => client.getProjectionStatus("mine"),
      () => client.getProjectionState("mine"),
      () => client.getProjectionResult("mine"),
    ]) {
      await assert.rejects(call(), /mine/);
    }
  });
});
