// The official clients under one shape, so that each test is written once.
import { createRequire } from "node:module";
import { after, describe } from "node:test";

import { startServer } from "./server.js";

const require = createRequire(import.meta.url);

const libraries = [
  {
    name: "@eventstore/db-client",
    connect: (api, address, options) =>
      api.EventStoreDBClient.connectionString(`esdb://${address}?${options}`),
    // What an append calls the state it expects.
    expecting: "expectedRevision",
    expectedOf: (error) => error.expectedVersion,
    actualOf: (error) => error.actualVersion,
    // Reads can be filtered with the newer client alone.
    filtersReads: false,
    startDecidesDirection: false,
    tombstonesStreamExists: true,
  },
  {
    name: "@kurrent/kurrentdb-client",
    connect: (api, address, options) =>
      api.KurrentDBClient.connectionString(`kurrentdb://${address}?${options}`),
    expecting: "streamState",
    expectedOf: (error) => error.expectedState,
    actualOf: (error) => error.actualState,
    filtersReads: true,
    // A read from START it sends forwards and one from END backwards, whatever the direction asked.
    startDecidesDirection: true,
    // It has no tombstone that expects the stream to exist.
    tombstonesStreamExists: false,
  },
];

/// The library that CLIENT names. One a process: both put their generated messages into the same
/// global names, and the second would change those of the first.
export function libraryUnderTest() {
  const library = libraries.find(({ name }) => name === process.env.CLIENT);
  if (!library) throw new Error(`CLIENT must be one of ${libraries.map(({ name }) => name).join(", ")}`);
  const api = require(library.name);
  // Long enough for any machine: a test is not about its speed.
  const patience = "&defaultDeadline=100000&keepAliveTimeout=100000";
  const connect = (address, options = patience, tls = "tls=false") =>
    library.connect(api, address, `${tls}${options}`);
  /// Over TLS to a server with users; `caller` is "LOGIN:PASSWORD@", or empty.
  const connectOverTls = (caller, server, authority) =>
    connect(`${caller}localhost:${server.address.split(":").at(-1)}`, patience,
            `tls=true&tlsCAFile=${authority}`);
  /// The append's options for the state it expects; undefined: none is given.
  const expecting = (state) => (state === undefined ? {} : { [library.expecting]: state });
  return { ...library, api, connect, connectOverTls, expecting };
}

/// Calls `suite` for the library under test, with a server of its own, in memory, and a client.
export async function withClient(suite) {
  const library = libraryUnderTest();
  const server = await startServer();
  const client = library.connect(server.address);
  describe(library.name, () => {
    after(async () => {
      await client.dispose();
      await server.stop();
    });
    suite({ ...library, server, client });
  });
}

/// The node is away: in the clients' words, or in gRPC's where they have asked it for its features.
export const isOutage = (api, error) =>
  error.code === 14 ||
  [api.UnavailableError, api.DeadlineExceededError, api.CancelledError, api.TimeoutError].some(
    (kind) => error instanceof kind,
  );

// Without credentials of its own an append goes through BatchAppend, with some through Append.
export const ways = [
  { way: "BatchAppend", call: {} },
  { way: "Append", call: { credentials: { username: "admin", password: "changeit" } } },
];
