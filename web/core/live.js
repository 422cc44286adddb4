// Changes of orders as they happen, for every view of this tab.
import { LiveSource } from "../live/source.js";
import { authorization, token } from "./token.js";

const listeners = new Set();
let newest = "";
let state = "connecting";

function take(message) {
  if (message.type === "state") state = message.state;
  if (message.type === "change") hear(message.entry.position_token);
  for (const listener of [...listeners]) listener(message);
}

/// Called with {type: "change", entry}, {type: "reset"} (read again what is shown) and {type:
/// "state", state} ("connecting", "live", "offline"; "refused": the token is not for all orders).
/// Returns what ends it.
export function onLive(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export const liveState = () => state;

/// A change that this tab knows of, by its token: its own, or one that was told.
export function hear(token) {
  newest = token;
}

/// The token of the newest of them. A view that begins reads up to there:
/// the change may have come before the view, and before the read model had it.
export const newestHeard = () => newest;

/// Without a shared worker, or with a token, which is this tab's own, each visible tab has a stream,
/// and a hidden one none.
function startAlone() {
  const source = new LiveSource(take, authorization());
  const follow = () => (document.hidden ? source.close() : source.open());
  document.addEventListener("visibilitychange", follow);
  follow();
}

export function startLive() {
  if (token()) return startAlone();
  if (typeof SharedWorker === "undefined" || typeof BroadcastChannel === "undefined") {
    return startAlone();
  }
  new BroadcastChannel("orders.live").addEventListener("message", ({ data }) => take(data));
  const worker = new SharedWorker("/assets/live/worker.js", {
    type: "module",
    name: "orders.live",
  });
  worker.port.addEventListener("message", ({ data }) => take(data));
  worker.addEventListener("error", startAlone, { once: true });
  worker.port.start();
}
