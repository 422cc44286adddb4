// What the views of read models share.
import { h } from "../core/dom.js";
import { grouped } from "../core/money.js";
import { durationText } from "../core/time.js";
import { badge } from "../parts/pieces.js";
import { isUnderWay } from "./build_progress.js";
import { operate } from "./operations.js";

const stateOf = ({ state }) => state.replace("READ_MODEL_STATE_", "");

export function modelBadges(model) {
  const state = stateOf(model);
  const isFollowing = state === "RUNNING";
  return [
    badge(isFollowing ? model.freshness.state : state),
    " ",
    model.blocked_orders !== "0" && h("span.badge.bad", `${model.blocked_orders} blocked`),
  ];
}

export const lagText = ({ freshness }) => {
  const events = freshness.lag_events === undefined ? "unknown" : grouped(freshness.lag_events);
  return `${events} events, ${durationText(Number(freshness.lag_ms) / 1000)}`;
};

export function modelButtons(model) {
  const isBusy = isUnderWay(model.rebuild) || isUnderWay(model.verification);
  const button = (verb, text) =>
    h(
      "button",
      {
        type: "button",
        "data-operation": `${model.name}:${verb}`,
        onclick: () => operate(model.name, verb),
      },
      text,
    );
  return isBusy
    ? [button("cancelRebuild", "Cancel")]
    : [button("verify", "Verify"), button("rebuild", "Rebuild")];
}
