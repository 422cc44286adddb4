import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

export const freshName = (prefix) => `${prefix}-${randomUUID()}`;

/// `count` JSON events with data {n: first}, {n: first + 1}, …
export const numbered = (api, count, { type = "Tested", first = 0 } = {}) =>
  Array.from({ length: count }, (_, i) => api.jsonEvent({ type, data: { n: first + i } }));

export async function collect(iterable) {
  const all = [];
  for await (const item of iterable) all.push(item);
  return all;
}

/// The numbers in the data of what was read.
export const numbersOf = (resolved) => resolved.map(({ event }) => event.data.n);

export const upTo = (end, start = 0) => Array.from({ length: end - start }, (_, i) => start + i);

/// What a subscription delivers, in order; `take` waits for it, and fails as the subscription does.
export class Delivered {
  #events = [];
  #error = null;
  #wake = () => {};
  caughtUp = 0;

  constructor(subscription) {
    this.subscription = subscription;
    subscription
      .on("data", (resolved) => this.#note(() => this.#events.push(resolved)))
      .on("error", (error) => this.#note(() => (this.#error = error)))
      .on("caughtUp", () => this.#note(() => this.caughtUp++));
  }

  get count() {
    return this.#events.length;
  }

  /// The next `count` events.
  async take(count) {
    await this.#until(() => this.#events.length >= count, `${count} events`);
    return this.#events.splice(0, count);
  }
  async untilCaughtUp() {
    await this.#until(() => this.caughtUp > 0, "caughtUp");
  }
  async untilError() {
    await this.#until(() => this.#error, "an error").catch(() => {});
    assert.ok(this.#error, "the subscription did not fail");
    return this.#error;
  }

  #note(change) {
    change();
    this.#wake();
  }
  async #until(isThere, what) {
    while (!isThere()) {
      if (this.#error) throw this.#error;
      await new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`${what} did not come; ${this.#events.length} events have`)),
          60_000,
        );
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
}
