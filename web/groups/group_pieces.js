// What the views of consumer groups share.
import { h } from "../core/dom.js";
import { counted, grouped } from "../core/money.js";
import { durationText } from "../core/time.js";
import { words } from "../core/words.js";
import { badge, data } from "../parts/pieces.js";

/// What the store says, shorter: "Live" or "Behind".
export const stateBadges = ({ live, replaying, status, connection_count: connections }) => [
  h(`span.badge.${live ? "good" : "partly"}`, { title: status }, live ? "Live" : "Behind"),
  replaying && [" ", badge("Replaying", "going")],
  connections === 0 && [" ", badge("Nobody reads", "calm")],
];

export const strategyText = (strategy) => words(strategy.replace("CONSUMER_STRATEGY_", ""));

export const eventsBehind = ({ behind_events: events }) =>
  events === undefined ? "not known" : grouped(events);

export const timeBehind = ({ behind_time: time }) =>
  time === undefined ? "not known" : durationText(Number.parseFloat(time));

/// "3 events, 2.5 s"; "nothing".
export function behindText(group) {
  if (group.behind_events === "0") return "nothing";
  const events = group.behind_events;
  return (
    [events !== undefined && counted(events, "event"), group.behind_time && timeBehind(group)]
      .filter(Boolean)
      .join(", ") || "not known"
  );
}

/// Of a checkpoint, or of the last event known.
export function placeText(place) {
  if (!place) return h("span.faint", "–");
  if (place.revision !== undefined) return `revision ${place.revision}`;
  return h("span.mono.small", data(place.position_token));
}
