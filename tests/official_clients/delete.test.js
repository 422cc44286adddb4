import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { withClient } from "./clients.js";
import { collect, freshName, numbered, numbersOf } from "./helpers.js";

await withClient(({ api, client, expecting, expectedOf, actualOf, tombstonesStreamExists }) => {
  const { ANY, NO_STREAM, STREAM_EXISTS, BACKWARDS, END } = api;
  const filled = async (count = 3) => {
    const stream = freshName("filled");
    if (count > 0) await client.appendToStream(stream, numbered(api, count));
    return stream;
  };
  const read = async (stream) => numbersOf(await collect(client.readStream(stream)));
  const isMissing = (stream) => assert.rejects(read(stream), api.StreamNotFoundError);

  describe("a delete", () => {
    for (const expectedRevision of [ANY, 2n, undefined]) {
      it(`hides the stream, expecting ${expectedRevision ?? "nothing"}`, async () => {
        const stream = await filled();
        const { position } = await client.deleteStream(stream, { expectedRevision });
        assert.ok(position.commit > 0n);
        await isMissing(stream);
      });
    }

    it("lets the stream come back, at the next revision and without its past", async () => {
      for (const state of [ANY, NO_STREAM, 2n]) {
        const stream = await filled();
        await client.deleteStream(stream);
        const back = await client.appendToStream(stream, numbered(api, 2, { first: 3 }), expecting(state));
        assert.equal(back.nextExpectedRevision, 4n);
        assert.deepEqual(await read(stream), [3, 4]);
        const newest = await collect(client.readStream(stream, { direction: BACKWARDS, fromRevision: END }));
        assert.deepEqual(numbersOf(newest), [4, 3]);
      }
    });

    it("may be repeated", async () => {
      const stream = await filled();
      const first = await client.deleteStream(stream);
      const second = await client.deleteStream(stream);
      assert.ok(second.position.commit > first.position.commit);
    });

    // What was expected and what is there come as numbers, for want of a message to hold words.
    for (const { what, count, expectedRevision, expected, actual } of [
      { what: "another revision", count: 3, expectedRevision: 7n, expected: 7n, actual: 2n },
      { what: "no stream", count: 3, expectedRevision: NO_STREAM, expected: -1n, actual: 2n },
      { what: "a revision of a missing stream", count: 0, expectedRevision: 0n, expected: 0n, actual: -1n },
      { what: "any state of a missing stream", count: 0, expectedRevision: ANY, expected: -2n, actual: -1n },
    ]) {
      it(`that expects ${what} is refused, and says what is there`, async () => {
        const stream = await filled(count);
        await assert.rejects(client.deleteStream(stream, { expectedRevision }), (error) => {
          assert.ok(error instanceof api.WrongExpectedVersionError, error);
          assert.equal(error.streamName, stream);
          assert.equal(expectedOf(error), expected);
          assert.equal(actualOf(error), actual);
          return true;
        });
        if (count > 0) assert.equal((await read(stream)).length, count);
      });
    }
  });

  describe("a tombstone", () => {
    for (const expectedRevision of [ANY, 2n, STREAM_EXISTS, undefined]) {
      if (expectedRevision === STREAM_EXISTS && !tombstonesStreamExists) continue;
      it(`closes the stream for ever, expecting ${expectedRevision ?? "nothing"}`, async () => {
        const stream = await filled();
        const { position } = await client.tombstoneStream(stream, { expectedRevision });
        assert.ok(position.commit > 0n);
        const isDeleted = (error) => {
          assert.ok(error instanceof api.StreamDeletedError, error);
          assert.equal(error.streamName, stream);
          return true;
        };
        await assert.rejects(read(stream), isDeleted);
        await assert.rejects(client.appendToStream(stream, numbered(api, 1)), isDeleted);
        await assert.rejects(client.deleteStream(stream), isDeleted);
        await assert.rejects(client.tombstoneStream(stream), isDeleted);
      });
    }

    it("closes a stream that never was", async () => {
      const stream = freshName("never");
      await client.tombstoneStream(stream, { expectedRevision: NO_STREAM });
      await assert.rejects(client.appendToStream(stream, numbered(api, 1)), api.StreamDeletedError);
    });

    it("that expects another revision is refused, and leaves the stream", async () => {
      const stream = await filled();
      await assert.rejects(client.tombstoneStream(stream, { expectedRevision: 1n }), api.WrongExpectedVersionError);
      assert.deepEqual(await read(stream), [0, 1, 2]);
    });

    it("leaves the events in $all, and a word of the end", async () => {
      const stream = await filled();
      await client.tombstoneStream(stream);
      const ours = (await collect(client.readAll())).filter(({ event }) => event.streamId === stream);
      assert.equal(ours.length, 4);
      assert.equal(ours[3].event.type, "$streamDeleted");
      assert.equal(ours[3].event.revision, 9_223_372_036_854_775_807n);
    });
  });

  describe("metadata", () => {
    it("is kept with every key that there is", async () => {
      const stream = await filled();
      const metadata = {
        maxAge: 3_600,
        maxCount: 100,
        truncateBefore: 1,
        cacheControl: 15,
        acl: {
          readRoles: ["$all"],
          writeRoles: ["ada", "bob"],
          deleteRoles: ["$admins"],
          metaReadRoles: ["$all"],
          metaWriteRoles: ["$admins"],
        },
        owner: "shop",
        nested: { list: [1, 2, { three: true }] },
      };
      const { nextExpectedRevision } = await client.setStreamMetadata(stream, metadata);
      assert.equal(nextExpectedRevision, 0n);
      const got = await client.getStreamMetadata(stream);
      assert.equal(got.streamName, stream);
      assert.deepEqual(got.metadata, metadata);
      assert.deepEqual(await read(stream), [1, 2]);
    });

    it("is replaced as a whole", async () => {
      const stream = await filled();
      await client.setStreamMetadata(stream, { truncateBefore: 2, owner: "a" });
      await client.setStreamMetadata(stream, { color: "blue" }, expecting(0n));
      assert.deepEqual((await client.getStreamMetadata(stream)).metadata, { color: "blue" });
      assert.deepEqual(await read(stream), [0, 1, 2]);
    });

    it("is absent where none was set", async () => {
      assert.equal((await client.getStreamMetadata(await filled())).metadata, undefined);
      assert.equal((await client.getStreamMetadata(freshName("nothing"))).metadata, undefined);
    });

    it("is not set at another revision than expected", async () => {
      const stream = await filled();
      await client.setStreamMetadata(stream, { owner: "a" }, expecting(NO_STREAM));
      await assert.rejects(
        client.setStreamMetadata(stream, { owner: "b" }, expecting(4n)),
        api.WrongExpectedVersionError,
      );
      assert.equal((await client.getStreamMetadata(stream)).metadata.owner, "a");
    });

    it("hides all but the last by maxCount, now and later", async () => {
      const stream = await filled();
      await client.setStreamMetadata(stream, { maxCount: 2 });
      assert.deepEqual(await read(stream), [1, 2]);
      await client.appendToStream(stream, numbered(api, 1, { first: 3 }));
      assert.deepEqual(await read(stream), [2, 3]);
    });

    it("hides what is old by maxAge", async () => {
      const stream = await filled();
      await client.setStreamMetadata(stream, { maxAge: 1 });
      while ((await read(stream)).length > 0) await new Promise((resolve) => setTimeout(resolve, 100));
    });

    it("may stand before the stream does", async () => {
      const stream = freshName("early");
      await client.setStreamMetadata(stream, { maxCount: 1 });
      await isMissing(stream);
      await client.appendToStream(stream, numbered(api, 2), expecting(NO_STREAM));
      assert.deepEqual(await read(stream), [1]);
    });
  });
});
