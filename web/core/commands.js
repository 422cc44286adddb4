// Commands that are recorded once, whatever happens on the way: each has a key that every repeat
// carries, and is remembered until its outcome is known, over a reload of the page too.
import { Problem, randomId, send } from "./api.js";
import { hear } from "./live.js";

const storageKey = "orders.pending";
const attemptsMax = 5;
const backoffMs = 400;
const pendingMax = 50;

const underWay = new Set();
const events = new EventTarget();

function load() {
  try {
    const list = JSON.parse(sessionStorage.getItem(storageKey) ?? "[]");
    return Array.isArray(list) ? list : [];
  } catch {
    return [];
  }
}

function store(list) {
  try {
    sessionStorage.setItem(storageKey, JSON.stringify(list.slice(-pendingMax)));
  } catch {
    // Then a reload forgets it; the key still guards this page's own repeats.
  }
  events.dispatchEvent(new Event("change"));
}

const remember = (one) => store([...load().filter(({ key }) => key !== one.key), one]);
export const forget = (key) => store(load().filter((one) => one.key !== key));

/// Commands of this tab whose outcome nobody has heard, and which nobody is asking about.
export const forsaken = () => load().filter(({ key }) => !underWay.has(key));
export const onForsaken = (listener) => events.addEventListener("change", listener);

/// A command before it is sent: its key is fixed here.
export const prepare = ({ path, body, etag, title }) => ({
  path,
  body,
  etag,
  title,
  key: randomId(),
});

/// What was sent last and has no known outcome: the same content gets the same commands again, with
/// their keys, so that a second press of a button repeats and does nothing twice.
export class Attempt {
  #content = null;
  #made = null;

  /// `make()` prepares what `content` asks for; it is called once for it.
  of(content, make) {
    if (this.#content !== content) {
      this.#content = content;
      this.#made = make();
    }
    return this.#made;
  }
  /// The outcome is known.
  end() {
    this.#content = null;
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/// Sends it, and asks again with the same key while the outcome is unknown, `onRepeat(attempt)` each
/// time. Throws the Problem that refuses it; one that isUnknown leaves it among the forsaken.
export async function perform(command, { onRepeat = () => {} } = {}) {
  underWay.add(command.key);
  remember(command);
  try {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await send(command.path, command.body, command);
        forget(command.key);
        hear(answer.position_token);
        return answer;
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const isLast = attempt === attemptsMax || !(error.isUnknown || error.status === 503);
        if (isLast && !error.isUnknown) forget(command.key);
        if (isLast) throw error;
        onRepeat(attempt);
        await pause(Math.max(backoffMs * 2 ** (attempt - 1), 1000 * (error.retryAfter ?? 0)));
      }
    }
  } finally {
    underWay.delete(command.key);
    events.dispatchEvent(new Event("change"));
  }
}

/// What would happen: nothing is stored.
export const rehearse = ({ path, body, etag }) =>
  send(path, { ...body, options: { validate_only: true } }, { etag });
