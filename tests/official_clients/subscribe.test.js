import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { withClient } from "./clients.js";
import { collect, Delivered, freshName, numbered, numbersOf, upTo } from "./helpers.js";

await withClient(({ api, client }) => {
  const { START, END, eventTypeFilter, streamNameFilter, excludeSystemEvents } = api;

  describe("to a stream", () => {
    it("gives history, says caught up, and goes on live", async () => {
      const stream = freshName("live");
      await client.appendToStream(stream, numbered(api, 5));
      const delivered = new Delivered(client.subscribeToStream(stream, { fromRevision: START }));
      assert.deepEqual(numbersOf(await delivered.take(5)), upTo(5));
      await delivered.untilCaughtUp();
      await client.appendToStream(stream, numbered(api, 3, { first: 5 }));
      assert.deepEqual(numbersOf(await delivered.take(3)), [5, 6, 7]);
      assert.ok(delivered.subscription.id);
      await delivered.subscription.unsubscribe();
    });

    it("begins after the revision it is given", async () => {
      const stream = freshName("from");
      await client.appendToStream(stream, numbered(api, 6));
      const delivered = new Delivered(client.subscribeToStream(stream, { fromRevision: 2n }));
      assert.deepEqual(numbersOf(await delivered.take(3)), [3, 4, 5]);
      await delivered.subscription.unsubscribe();
    });

    it("gives nothing old from the end", async () => {
      const stream = freshName("end");
      await client.appendToStream(stream, numbered(api, 5));
      const delivered = new Delivered(client.subscribeToStream(stream, { fromRevision: END }));
      await delivered.untilCaughtUp();
      await client.appendToStream(stream, numbered(api, 1, { first: 5 }));
      assert.deepEqual(numbersOf(await delivered.take(1)), [5]);
      await delivered.subscription.unsubscribe();
    });

    it("waits for a stream that is not there yet", async () => {
      const stream = freshName("later");
      const subscription = client.subscribeToStream(stream);
      const confirmed = new Promise((resolve) => subscription.once("confirmation", resolve));
      const delivered = new Delivered(subscription);
      await confirmed;
      await client.appendToStream(stream, numbered(api, 2));
      assert.deepEqual(numbersOf(await delivered.take(2)), [0, 1]);
      await subscription.unsubscribe();
    });

    it("follows links where asked", async () => {
      const target = freshName("target");
      const links = freshName("links");
      await client.appendToStream(target, numbered(api, 3));
      const delivered = new Delivered(client.subscribeToStream(links, { resolveLinkTos: true }));
      for (const n of [2, 0]) {
        await client.appendToStream(links, api.binaryEvent({ type: "$>", data: Buffer.from(`${n}@${target}`) }));
      }
      const [first, second] = await delivered.take(2);
      assert.deepEqual([first.event.data.n, second.event.data.n], [2, 0]);
      assert.equal(first.event.streamId, target);
      assert.equal(second.link.revision, 1n);
      await delivered.subscription.unsubscribe();
    });

    it("gives each of two subscribers everything, under ids of their own", async () => {
      const stream = freshName("two");
      const both = [0, 1].map(() => new Delivered(client.subscribeToStream(stream)));
      await client.appendToStream(stream, numbered(api, 50));
      for (const delivered of both) assert.deepEqual(numbersOf(await delivered.take(50)), upTo(50));
      assert.notEqual(both[0].subscription.id, both[1].subscription.id);
      for (const delivered of both) await delivered.subscription.unsubscribe();
    });

    it("gives nothing after unsubscribe", async () => {
      const stream = freshName("left");
      const leaver = new Delivered(client.subscribeToStream(stream));
      const stayer = new Delivered(client.subscribeToStream(stream));
      await client.appendToStream(stream, numbered(api, 1));
      await leaver.take(1);
      await leaver.subscription.unsubscribe();
      await client.appendToStream(stream, numbered(api, 5, { first: 1 }));
      assert.deepEqual(numbersOf(await stayer.take(6)), upTo(6));
      assert.equal(leaver.count, 0);
      await stayer.subscription.unsubscribe();
    });

    it("keeps what a paused subscriber has not taken", async () => {
      const stream = freshName("paused");
      const subscription = client.subscribeToStream(stream);
      const delivered = new Delivered(subscription);
      await client.appendToStream(stream, numbered(api, 1));
      await delivered.take(1);
      subscription.pause();
      const filler = "x".repeat(500);
      for (let first = 1; first < 10_001; first += 1_000) {
        await client.appendToStream(
          stream,
          upTo(first + 1_000, first).map((n) => api.jsonEvent({ type: "Filled", data: { n, filler } })),
        );
      }
      subscription.resume();
      assert.deepEqual(numbersOf(await delivered.take(10_000)), upTo(10_001, 1));
      await subscription.unsubscribe();
    });

    it("ends with StreamDeletedError when the stream is tombstoned, and for whoever comes later", async () => {
      const stream = freshName("tombstoned");
      await client.appendToStream(stream, numbered(api, 1));
      const delivered = new Delivered(client.subscribeToStream(stream));
      await delivered.take(1);
      await client.tombstoneStream(stream);
      for (const failed of [delivered, new Delivered(client.subscribeToStream(stream))]) {
        const error = await failed.untilError();
        assert.ok(error instanceof api.StreamDeletedError, error);
        assert.equal(error.streamName, stream);
      }
    });
  });

  describe("to $all", () => {
    /// Appends {n: 0} … to three streams and two types; the results in order.
    const fill = async (prefix, count, first = 0) => {
      const results = [];
      for (const n of upTo(first + count, first)) {
        const event = api.jsonEvent({ type: `${prefix}.${n % 2 ? "Odd" : "Even"}`, data: { n } });
        results.push(await client.appendToStream(`${prefix}-${n % 3}`, event));
      }
      return results;
    };

    it("gives all history from the start, and goes on live", async () => {
      const prefix = freshName("whole");
      await fill(prefix, 6);
      const before = await collect(client.readAll());
      const delivered = new Delivered(client.subscribeToAll({ fromPosition: START }));
      const history = await delivered.take(before.length);
      assert.deepEqual(
        history.map(({ event }) => event.id),
        before.map(({ event }) => event.id),
      );
      await delivered.untilCaughtUp();
      await fill(prefix, 3, 6);
      assert.deepEqual(numbersOf(await delivered.take(3)), [6, 7, 8]);
      await delivered.subscription.unsubscribe();
    });

    it("begins after the position it is given", async () => {
      const results = await fill(freshName("position"), 6);
      const delivered = new Delivered(client.subscribeToAll({ fromPosition: results[2].position }));
      assert.deepEqual(numbersOf(await delivered.take(3)), [3, 4, 5]);
      await delivered.subscription.unsubscribe();
    });

    it("gives nothing old from the end", async () => {
      const prefix = freshName("end");
      await fill(prefix, 3);
      const delivered = new Delivered(client.subscribeToAll({ fromPosition: END }));
      await delivered.untilCaughtUp();
      await fill(prefix, 2, 3);
      assert.deepEqual(numbersOf(await delivered.take(2)), [3, 4]);
      await delivered.subscription.unsubscribe();
    });

    for (const { what, filterOf, numbers } of [
      { what: "streams by prefix", filterOf: (prefix) => streamNameFilter({ prefixes: [`${prefix}-1`] }), numbers: [1, 4, 7, 10] },
      { what: "streams by regex", filterOf: (prefix) => streamNameFilter({ regex: `^${prefix}-[02]$` }), numbers: [0, 2, 3, 5, 6, 8, 9, 11] },
      { what: "types by prefix", filterOf: (prefix) => eventTypeFilter({ prefixes: [`${prefix}.O`] }), numbers: [1, 3, 5, 7, 9, 11] },
      { what: "types by regex", filterOf: (prefix) => eventTypeFilter({ regex: `^${prefix}\\.Even$` }), numbers: [0, 2, 4, 6, 8, 10] },
    ]) {
      it(`filters ${what}, in history and live`, async () => {
        const prefix = freshName("filtered");
        await fill(prefix, 6);
        const delivered = new Delivered(client.subscribeToAll({ filter: filterOf(prefix) }));
        await delivered.take(numbers.filter((n) => n < 6).length);
        await delivered.untilCaughtUp();
        await fill(prefix, 6, 6);
        const live = numbers.filter((n) => n >= 6);
        assert.deepEqual(numbersOf(await delivered.take(live.length)), live);
        await delivered.subscription.unsubscribe();
      });
    }

    it("leaves system events out where asked", async () => {
      const prefix = freshName("ours");
      const start = (await fill(prefix, 1))[0].position;
      await client.setStreamMetadata(`${prefix}-0`, { maxCount: 9 });
      await fill(prefix, 1, 1);
      const delivered = new Delivered(
        client.subscribeToAll({ fromPosition: start, filter: excludeSystemEvents() }),
      );
      assert.deepEqual(numbersOf(await delivered.take(1)), [1]);
      await delivered.subscription.unsubscribe();
    });

    it("says checkpoints, from each of which exactly the later events come", async () => {
      const prefix = freshName("checkpoint");
      const rest = freshName("between");
      await fill(prefix, 4);
      await fill(rest, 60);
      await fill(prefix, 4, 4);
      await fill(rest, 60);
      const checkpoints = [];
      let wake = () => {};
      const filter = {
        prefixes: [`${prefix}-`],
        maxSearchWindow: 10,
        checkpointInterval: 1,
        checkpointReached: (_, position) => {
          checkpoints.push(position);
          wake();
        },
      };
      const delivered = new Delivered(client.subscribeToAll({ filter: streamNameFilter(filter) }));
      const events = await delivered.take(8);
      assert.deepEqual(numbersOf(events), upTo(8));
      const last = events[7].event.position.commit;
      while (!checkpoints.some(({ commit }) => commit > last)) await new Promise((resolve) => (wake = resolve));
      await delivered.subscription.unsubscribe();

      const commits = checkpoints.map(({ commit }) => commit);
      assert.ok(commits.length >= 8, `${commits.length} checkpoints`);
      assert.deepEqual(commits, commits.slice().sort((a, b) => (a < b ? -1 : 1)));
      assert.equal(new Set(commits).size, commits.length);
      const somewhere = checkpoints.find(
        ({ commit }) => commit > events[3].event.position.commit && commit < events[4].event.position.commit,
      );
      assert.ok(somewhere, "no checkpoint between the two groups");
      const resumed = new Delivered(
        client.subscribeToAll({ fromPosition: somewhere, filter: streamNameFilter({ prefixes: [`${prefix}-`] }) }),
      );
      assert.deepEqual(numbersOf(await resumed.take(4)), [4, 5, 6, 7]);
      await resumed.subscription.unsubscribe();
    });
  });
});
