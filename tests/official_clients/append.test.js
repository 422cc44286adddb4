import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { describe, it } from "node:test";

import { withClient, ways } from "./clients.js";
import { collect, freshName, numbered, numbersOf, upTo } from "./helpers.js";

await withClient(({ api, client, connect, server, expecting, expectedOf, actualOf }) => {
  const { ANY, NO_STREAM, STREAM_EXISTS } = api;

  it("answers 1,500 appends that are a client's first calls, each with its own revision", async () => {
    const newcomer = connect(server.address);
    const stream = freshName("burst");
    const events = numbered(api, 1_500);
    const results = await Promise.all(events.map((event) => newcomer.appendToStream(stream, event)));
    const stored = await collect(newcomer.readStream(stream));
    assert.deepEqual(
      results.map(({ nextExpectedRevision }) => Number(nextExpectedRevision)).sort((a, b) => a - b),
      upTo(1_500),
    );
    assert.equal(stored.length, 1_500);
    for (const [i, { nextExpectedRevision, position }] of results.entries()) {
      const { event } = stored[Number(nextExpectedRevision)];
      assert.equal(event.id, events[i].id);
      assert.deepEqual(event.position, position);
    }
    await newcomer.dispose();
  });

  it("answers 1,500 appends to as many streams", async () => {
    const prefix = freshName("many");
    const results = await Promise.all(
      numbered(api, 1_500).map((event, i) =>
        client.appendToStream(`${prefix}-${i}`, event, expecting(NO_STREAM)),
      ),
    );
    assert.ok(results.every(({ success, nextExpectedRevision }) => success && nextExpectedRevision === 0n));
    assert.equal(new Set(results.map(({ position }) => position.commit)).size, 1_500);
  });

  it("lets one of many writers at the same revision win", async () => {
    const stream = freshName("race");
    await client.appendToStream(stream, numbered(api, 1));
    const outcomes = await Promise.allSettled(
      numbered(api, 50).map((event) => client.appendToStream(stream, event, expecting(0n))),
    );
    assert.equal(outcomes.filter(({ status }) => status === "fulfilled").length, 1);
    for (const { status, reason } of outcomes) {
      if (status === "rejected") assert.ok(reason instanceof api.WrongExpectedVersionError, reason);
    }
    assert.equal((await collect(client.readStream(stream))).length, 2);
  });

  for (const { way, call } of ways) {
    describe(`by ${way}`, () => {
      const append = (stream, events, options = {}) =>
        client.appendToStream(stream, events, { ...call, ...options });

      it("keeps a JSON event as it was", async () => {
        const stream = freshName("json");
        const event = api.jsonEvent({
          type: "Placed",
          data: { text: "naïve – 訂單 🛒", list: [1, null, { deep: true }], big: 2 ** 53 - 1 },
          metadata: { $correlationId: randomUUID(), who: "ada" },
        });
        const { position } = await append(stream, event);
        const [{ event: stored, link }] = await collect(client.readStream(stream));
        assert.equal(link, undefined);
        assert.equal(stored.id, event.id);
        assert.equal(stored.type, "Placed");
        assert.equal(stored.streamId, stream);
        assert.equal(stored.revision, 0n);
        assert.equal(stored.isJson, true);
        assert.deepEqual(stored.data, event.data);
        assert.deepEqual(stored.metadata, event.metadata);
        assert.deepEqual(stored.position, position);
        assert.ok(Math.abs(Date.now() - stored.created) < 3_600_000, `created ${stored.created}`);
      });

      it("keeps bytes as they were, in data and metadata", async () => {
        const stream = freshName("binary");
        const data = Uint8Array.from(upTo(256));
        const metadata = Uint8Array.from([0, 255, 1]);
        await append(stream, api.binaryEvent({ type: "Bytes", data, metadata }));
        const [{ event }] = await collect(client.readStream(stream));
        assert.equal(event.isJson, false);
        assert.deepEqual(Buffer.from(event.data), Buffer.from(data));
        assert.deepEqual(Buffer.from(event.metadata), Buffer.from(metadata));
      });

      it("takes any name", async () => {
        for (const name of ["Bestellung ü/1", "訂單-🛒", "a@b", "with\nnew line", "%41", "🛒".repeat(100)]) {
          const stream = freshName(name);
          await append(stream, api.jsonEvent({ type: `Typ-${name}`, data: {} }));
          const [{ event }] = await collect(client.readStream(stream));
          assert.equal(event.streamId, stream);
          assert.equal(event.type, `Typ-${name}`);
        }
      });

      it("appends all events of a call in order", async () => {
        const stream = freshName("several");
        const { nextExpectedRevision } = await append(stream, numbered(api, 300));
        assert.equal(nextExpectedRevision, 299n);
        assert.deepEqual(numbersOf(await collect(client.readStream(stream))), upTo(300));
      });

      it("appends a call that is sent in pieces at once", async () => {
        const stream = freshName("pieces");
        const { nextExpectedRevision } = await append(stream, numbered(api, 100), { batchAppendSize: 300 });
        assert.equal(nextExpectedRevision, 99n);
        assert.deepEqual(numbersOf(await collect(client.readStream(stream))), upTo(100));
      });

      it("takes each expectation that holds", async () => {
        const stream = freshName("expected");
        const next = async (state) =>
          (await append(stream, numbered(api, 1), expecting(state))).nextExpectedRevision;
        assert.equal(await next(NO_STREAM), 0n);
        assert.equal(await next(0n), 1n);
        assert.equal(await next(STREAM_EXISTS), 2n);
        assert.equal(await next(ANY), 3n);
        assert.equal(await next(undefined), 4n);
      });

      for (const { expectation, state, given, actual } of [
        { expectation: "no stream", state: NO_STREAM, given: 3, actual: 2n },
        { expectation: "an earlier revision", state: 1n, given: 3, actual: 2n },
        { expectation: "a later revision", state: 7n, given: 3, actual: 2n },
        { expectation: "a revision of a missing stream", state: 0n, given: 0, actual: NO_STREAM },
        { expectation: "a missing stream to exist", state: STREAM_EXISTS, given: 0, actual: NO_STREAM },
      ]) {
        it(`refuses to expect ${expectation}, and says what is there`, async () => {
          const stream = freshName("refused");
          if (given > 0) await append(stream, numbered(api, given));
          await assert.rejects(append(stream, numbered(api, 1), expecting(state)), (error) => {
            assert.ok(error instanceof api.WrongExpectedVersionError, error);
            assert.equal(error.streamName, stream);
            assert.equal(expectedOf(error), state);
            assert.equal(actualOf(error), actual);
            return true;
          });
          if (given > 0) assert.equal((await collect(client.readStream(stream))).length, given);
        });
      }

      it("answers a repeat as the first time, and appends nothing", async () => {
        for (const state of [ANY, NO_STREAM]) {
          const stream = freshName("repeat");
          const events = numbered(api, 3);
          const first = await append(stream, events, expecting(state));
          await append(stream, numbered(api, 1));
          const second = await append(stream, events, expecting(state));
          assert.deepEqual(second, first);
          assert.equal((await collect(client.readStream(stream))).length, 4);
        }
      });

      it("answers an append without events, and makes no stream", async () => {
        const stream = freshName("empty");
        assert.equal((await append(stream, [])).success, true);
        await assert.rejects(collect(client.readStream(stream)), api.StreamNotFoundError);
      });

      it("keeps an event of a megabyte", async () => {
        const stream = freshName("big");
        const data = new Uint8Array(1_048_576).map((_, i) => i % 251);
        await append(stream, api.binaryEvent({ type: "Big", data }));
        const [{ event }] = await collect(client.readStream(stream));
        assert.deepEqual(Buffer.from(event.data), Buffer.from(data));
      });

      it("refuses more than a megabyte, says the limit and goes on", async () => {
        const stream = freshName("too-big");
        const half = () => api.binaryEvent({ type: "Big", data: new Uint8Array(600_000) });
        await assert.rejects(append(stream, [half(), half()]), (error) => {
          assert.ok(error instanceof api.MaxAppendSizeExceededError, error);
          assert.equal(error.maxAppendSize, 1_048_576);
          return true;
        });
        await assert.rejects(collect(client.readStream(stream)), api.StreamNotFoundError);
        assert.equal((await append(stream, half())).nextExpectedRevision, 0n);
      });

      it("resolves a refusal where the client is told not to throw", async () => {
        const lenient = connect(server.address, "&throwOnAppendFailure=false&defaultDeadline=100000");
        const stream = freshName("lenient");
        await lenient.appendToStream(stream, numbered(api, 2), call);
        const refused = await lenient.appendToStream(stream, numbered(api, 1), { ...call, ...expecting(9n) });
        assert.equal(refused.success, false);
        assert.equal(refused.position, undefined);
        assert.equal(refused.nextExpectedRevision, 1n);
        const missing = freshName("lenient");
        const none = await lenient.appendToStream(missing, numbered(api, 1), { ...call, ...expecting(9n) });
        assert.equal(none.success, false);
        assert.equal(none.nextExpectedRevision, -1n);
        await lenient.dispose();
      });
    });
  }
});
