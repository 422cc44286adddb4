// States of one order at its revisions, as the service folds them; asked for once each.
import { orderPath, read } from "../core/api.js";

const keptMax = 200;

export class StatesInTime {
  #states = new Map();

  constructor(orderId, signal) {
    this.orderId = orderId;
    this.signal = signal;
  }

  /// The order as it was at `revision`; null before the first.
  at(revision) {
    if (revision < 0) return Promise.resolve(null);
    const known = this.#states.get(revision);
    if (known) return known;
    const asked = read(
      orderPath(this.orderId),
      { as_of_revision: revision },
      { signal: this.signal },
    ).then(({ order }) => order);
    this.#states.set(revision, asked);
    asked.catch(() => this.#states.delete(revision));
    if (this.#states.size > keptMax) this.#states.delete(this.#states.keys().next().value);
    return asked;
  }
}
