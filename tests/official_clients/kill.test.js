// kill -9 of the node under load, again and again: what was acknowledged stays, and subscribers that
// resume from their last event see each event once.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "node:test";

import { isOutage, libraryUnderTest } from "./clients.js";
import { collect, freshName, numbersOf, upTo } from "./helpers.js";
import { startServer } from "./server.js";

const kills = 4;
const writers = 8;
const acknowledgedBetweenKills = 200;

const shortly = () => new Promise((resolve) => setTimeout(resolve, 20));

/// Repeats `attempt` for as long as the node is away.
async function throughOutages(api, attempt) {
  while (true) {
    try {
      return await attempt();
    } catch (error) {
      if (!isOutage(api, error)) throw error;
      await shortly();
    }
  }
}

/// Follows $all for streams of `prefix`; after an outage from the last event seen.
function follow({ api }, client, prefix, seen) {
  let stopped = false;
  let subscription;
  let failure = null;
  const subscribe = () => {
    const last = seen.at(-1);
    subscription = client
      .subscribeToAll({
        fromPosition: last ? last.position : api.START,
        filter: api.streamNameFilter({ prefixes: [prefix] }),
      })
      .on("data", ({ event }) => seen.push(event))
      .on("error", (error) => {
        if (stopped) return;
        if (isOutage(api, error)) setTimeout(() => !stopped && subscribe(), 20);
        else failure = error;
      });
  };
  subscribe();
  return {
    check() {
      if (failure) throw failure;
    },
    async stop() {
      stopped = true;
      await subscription.unsubscribe();
    },
  };
}

it(`keeps what was acknowledged through ${kills} kills`, async () => {
  const library = libraryUnderTest();
  const { api } = library;
  const data = await mkdtemp(join(tmpdir(), "official-clients-"));
  let server = await startServer({ data });
  const { address } = server;
  const client = library.connect(address, "&defaultDeadline=2000");
  const follower = library.connect(address);
  const prefix = freshName("kill");
  const seen = [];
  const following = follow(library, follower, prefix, seen);

  // Each writer appends 0, 1, 2 … to its own stream, and repeats what it does not know of.
  const acknowledged = Array(writers).fill(0);
  let stop = false;
  const write = async (writer) => {
    const stream = `${prefix}-${writer}`;
    while (!stop) {
      const event = api.jsonEvent({ type: "Counted", data: { n: acknowledged[writer] } });
      const { nextExpectedRevision } = await throughOutages(api, () => client.appendToStream(stream, event));
      assert.equal(Number(nextExpectedRevision), acknowledged[writer], stream);
      acknowledged[writer]++;
    }
  };
  const writing = Promise.all(upTo(writers).map(write));
  const sum = () => acknowledged.reduce((a, b) => a + b, 0);

  for (let kill = 0; kill < kills; ++kill) {
    const before = sum();
    while (sum() < before + acknowledgedBetweenKills) {
      await Promise.race([shortly(), writing]);
      following.check();
    }
    await server.kill();
    server = await startServer({ data, listen: address });
  }
  stop = true;
  await writing;

  for (const writer of upTo(writers)) {
    const stored = await throughOutages(api, () => collect(client.readStream(`${prefix}-${writer}`)));
    assert.deepEqual(numbersOf(stored), upTo(acknowledged[writer]));
  }
  while (seen.length < sum()) {
    await shortly();
    following.check();
  }
  assert.equal(seen.length, sum());
  assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length);
  const commits = seen.map(({ position }) => position.commit);
  assert.deepEqual(commits, commits.slice().sort((a, b) => (a < b ? -1 : 1)));

  await following.stop();
  await client.dispose();
  await follower.dispose();
  await server.stop();
  await rm(data, { recursive: true });
});
