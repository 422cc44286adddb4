// That the suites beside this one leave out no public call of the client under test.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";

import { libraryUnderTest } from "./clients.js";

// Methods and getters that are the client's own: not in its types, or about itself alone.
const ownBusiness = new Set([
  "capabilities",
  "connectionName",
  "constructor",
  "createDeadline",
  "credentialsProvider",
  "HTTPRequest",
  "rustClient",
  "throwOnAppendFailure",
]);

function callsOf({ prototype }) {
  const names = new Set();
  for (let own = prototype; own && own !== Object.prototype; own = Object.getPrototypeOf(own)) {
    for (const name of Object.getOwnPropertyNames(own)) names.add(name);
  }
  return [...names].filter((name) => !ownBusiness.has(name));
}

const { name, api } = libraryUnderTest();
describe(name, () => {
  const suites = readdirSync(".")
    .filter((file) => file.endsWith(".test.js"))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  for (const call of callsOf(api.KurrentDBClient ?? api.EventStoreDBClient)) {
    it(`has ${call} in one of these suites`, () => {
      assert.match(suites, new RegExp(`\\.${call}\\(|${call}\\]\\(|"${call}"`));
    });
  }
});
