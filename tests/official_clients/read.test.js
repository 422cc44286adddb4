import assert from "node:assert/strict";
import { before, describe, it } from "node:test";

import { withClient } from "./clients.js";
import { collect, freshName, numbered, numbersOf, upTo } from "./helpers.js";

await withClient(({ api, client, filtersReads, startDecidesDirection }) => {
  const { START, END, FORWARDS, BACKWARDS, eventTypeFilter, streamNameFilter, excludeSystemEvents } = api;

  describe("a stream", () => {
    const stream = freshName("ten");
    const all = upTo(10);
    before(async () => void (await client.appendToStream(stream, numbered(api, 10))));

    for (const maxCount of [1, 3, 10, 11, undefined]) {
      for (const { direction, fromRevision, numbers } of [
        { direction: FORWARDS, fromRevision: undefined, numbers: all },
        { direction: FORWARDS, fromRevision: START, numbers: all },
        { direction: FORWARDS, fromRevision: 0n, numbers: all },
        { direction: FORWARDS, fromRevision: 4n, numbers: all.slice(4) },
        { direction: FORWARDS, fromRevision: 9n, numbers: [9] },
        { direction: FORWARDS, fromRevision: 10n, numbers: [] },
        { direction: FORWARDS, fromRevision: 1_000n, numbers: [] },
        { direction: BACKWARDS, fromRevision: END, numbers: all.slice().reverse() },
        { direction: BACKWARDS, fromRevision: 4n, numbers: [4, 3, 2, 1, 0] },
        { direction: BACKWARDS, fromRevision: 1_000n, numbers: all.slice().reverse() },
        { direction: BACKWARDS, fromRevision: START, numbers: startDecidesDirection ? all : [0] },
      ]) {
        it(`gives ${direction} from ${fromRevision ?? "anywhere"} at most ${maxCount ?? "all"}`, async () => {
          const options = { direction };
          if (fromRevision !== undefined) options.fromRevision = fromRevision;
          if (maxCount !== undefined) options.maxCount = maxCount;
          const read = await collect(client.readStream(stream, options));
          assert.deepEqual(numbersOf(read), numbers.slice(0, maxCount));
        });
      }
    }
  });

  it("says that a stream is missing, by name", async () => {
    const stream = freshName("missing");
    await assert.rejects(collect(client.readStream(stream)), (error) => {
      assert.ok(error instanceof api.StreamNotFoundError, error);
      assert.equal(error.streamName, stream);
      return true;
    });
  });

  it("follows links where asked, and tells a missing target", async () => {
    const target = freshName("target");
    const links = freshName("links");
    await client.appendToStream(target, numbered(api, 2));
    const link = (to) => api.binaryEvent({ type: "$>", data: Buffer.from(to) });
    await client.appendToStream(links, [link(`1@${target}`), link(`7@${target}`)]);

    const [followed, broken] = await collect(client.readStream(links, { resolveLinkTos: true }));
    assert.equal(followed.event.streamId, target);
    assert.equal(followed.event.data.n, 1);
    assert.equal(followed.link.streamId, links);
    assert.equal(followed.link.revision, 0n);
    assert.equal(broken.event, undefined);
    assert.equal(broken.link.revision, 1n);

    const [plain] = await collect(client.readStream(links));
    assert.equal(plain.event.type, "$>");
    assert.equal(plain.event.streamId, links);
    assert.equal(plain.link, undefined);
  });

  /// A stream of 10,000 events that does not fit into what lies between node and client.
  const appendMuch = async (stream) => {
    const filler = "x".repeat(1_000);
    for (let first = 0; first < 10_000; first += 500) {
      await client.appendToStream(
        stream,
        upTo(first + 500, first).map((n) => api.jsonEvent({ type: "Filled", data: { n, filler } })),
      );
    }
  };

  it("can be left in the middle", async () => {
    const stream = freshName("left");
    await appendMuch(stream);
    for await (const { event } of client.readStream(stream)) {
      if (event.revision === 10n) break;
    }
    assert.equal((await collect(client.readStream(stream, { maxCount: 3 }))).length, 3);
  });

  it("waits for a reader that pauses, and serves others meanwhile", async () => {
    const stream = freshName("slow");
    await appendMuch(stream);
    const numbers = [];
    for await (const { event } of client.readStream(stream)) {
      numbers.push(event.data.n);
      // Much is on its way, and nobody takes it.
      if (numbers.length === 10) {
        const other = freshName("meanwhile");
        for (const event of numbered(api, 20)) await client.appendToStream(other, event);
        assert.equal((await collect(client.readStream(other))).length, 20);
      }
    }
    assert.deepEqual(numbers, upTo(10_000));
  });

  describe("$all", () => {
    const prefix = freshName("all");
    const positions = [];
    const ours = (read) => read.filter(({ event }) => event?.streamId.startsWith(prefix));
    before(async () => {
      for (let n = 0; n < 12; ++n) {
        const event = api.jsonEvent({ type: `${prefix}.${n % 2 ? "Odd" : "Even"}`, data: { n } });
        positions.push((await client.appendToStream(`${prefix}-${n % 3}`, event)).position);
      }
    });

    it("gives everything in the order of its positions", async () => {
      const read = await collect(client.readAll());
      assert.deepEqual(numbersOf(ours(read)), upTo(12));
      const commits = read.map(({ event }) => event.position.commit);
      assert.deepEqual(commits, commits.slice().sort((a, b) => (a < b ? -1 : 1)));
      assert.equal(new Set(commits).size, commits.length);
    });

    it("gives the newest first backwards", async () => {
      const read = await collect(client.readAll({ direction: BACKWARDS, fromPosition: END, maxCount: 5 }));
      assert.deepEqual(numbersOf(read), [11, 10, 9, 8, 7]);
    });

    it("begins at the event of a position forwards, and before it backwards", async () => {
      const fromPosition = positions[5];
      const forwards = await collect(client.readAll({ fromPosition, maxCount: 3 }));
      assert.deepEqual(numbersOf(forwards), [5, 6, 7]);
      const backwards = await collect(client.readAll({ fromPosition, direction: BACKWARDS, maxCount: 3 }));
      assert.deepEqual(numbersOf(backwards), [4, 3, 2]);
    });

    it("has nothing before its start and after its end", async () => {
      if (startDecidesDirection) {
        const newest = await collect(client.readAll({ fromPosition: END, maxCount: 2 }));
        assert.deepEqual(numbersOf(newest), [11, 10]);
        return;
      }
      assert.deepEqual(await collect(client.readAll({ direction: BACKWARDS, fromPosition: START })), []);
      assert.deepEqual(await collect(client.readAll({ fromPosition: END })), []);
    });

    if (!filtersReads) return;
    for (const { what, filter, numbers } of [
      { what: "streams by prefix", filter: streamNameFilter({ prefixes: [`${prefix}-1`] }), numbers: [1, 4, 7, 10] },
      {
        what: "streams by several prefixes",
        filter: streamNameFilter({ prefixes: ["nobody-", `${prefix}-0`, `${prefix}-2`] }),
        numbers: [0, 2, 3, 5, 6, 8, 9, 11],
      },
      { what: "streams by regex", filter: streamNameFilter({ regex: `^${prefix}-[12]$` }), numbers: [1, 2, 4, 5, 7, 8, 10, 11] },
      { what: "types by prefix", filter: eventTypeFilter({ prefixes: [`${prefix}.O`] }), numbers: [1, 3, 5, 7, 9, 11] },
      { what: "types by regex", filter: eventTypeFilter({ regex: `^${prefix}\\.Even$` }), numbers: [0, 2, 4, 6, 8, 10] },
      {
        what: "types within a window of one event",
        filter: eventTypeFilter({ prefixes: [`${prefix}.O`], maxSearchWindow: 1 }),
        numbers: [1, 3, 5, 7, 9, 11],
      },
    ]) {
      it(`filters ${what}`, async () => {
        assert.deepEqual(numbersOf(await collect(client.readAll({ filter }))), numbers);
        const last = { filter, direction: BACKWARDS, fromPosition: END, maxCount: 2 };
        assert.deepEqual(numbersOf(await collect(client.readAll(last))), numbers.slice(-2).reverse());
      });
    }

    it("leaves system events out where asked", async () => {
      await client.setStreamMetadata(`${prefix}-0`, { maxCount: 100 });
      const read = await collect(client.readAll({ filter: excludeSystemEvents() }));
      assert.deepEqual(numbersOf(ours(read)), upTo(12));
      assert.ok(read.every(({ event }) => !event.type.startsWith("$")));
    });
  });
});
