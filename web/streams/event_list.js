// Events as they are stored: a row each, which unfolds to data and metadata.
import { h } from "../core/dom.js";
import { jsonElement } from "../core/json_text.js";
import { grouped } from "../core/money.js";
import { timeElement } from "../core/time.js";
import { data, facts } from "../parts/pieces.js";
import { bytesElement } from "../read_models/stored_bytes.js";
import { projectedLink, typeStream } from "./projected_streams.js";
import { correlatedPath, isReachable, streamPath } from "./stream_paths.js";

const deepest = 12;

function content(title, { json, raw, size_bytes: size, cut }) {
  return h(
    "div",
    h(
      "h3",
      title,
      h("span.faint.small", ` ${grouped(size)} bytes${cut ? ", cut to the first 64 KiB" : ""}`),
    ),
    json !== undefined ? jsonElement(json) : bytesElement(raw ?? ""),
  );
}

export const streamLink = (stream) =>
  isReachable(stream)
    ? h("a.mono", { href: streamPath(stream) }, data(stream))
    : h("span.mono", data(stream));

/// A link that was read for itself: what it leads to is there no more.
const isDeadLink = ({ type }) => type === "$>";

function eventBody(event) {
  const list = [
    ["Event id", h("span.mono", data(event.event_id))],
    ["Type", projectedLink(typeStream(event.type), "all events of this type")],
    ["Stream", [streamLink(event.stream), ` · revision ${event.revision}`]],
    event.link && [
      "Read by the link",
      [streamLink(event.link.stream), ` · revision ${event.link.revision}`],
    ],
    event.correlation_id && [
      "Correlation",
      h("a.mono", { href: correlatedPath(event.correlation_id) }, data(event.correlation_id)),
    ],
    event.causation_id && ["Caused by", h("span.mono", data(event.causation_id))],
    ["Recorded", timeElement(event.create_time, "full")],
    ["Position", h("span.mono.small", data(event.position_token))],
  ];
  return h(
    "div.event-body",
    h("div.small", facts(list)),
    content("Data", event.data),
    content("Metadata", event.metadata),
  );
}

/// An event's row, which unfolds. `open`: ids of events that are unfolded; it is kept right. `why`: a
/// line below. An event that was read by a link has the link's number, unless `number` says another,
/// and its own beside its stream's name.
export function eventDetails(event, { open, number, showsStream, time, why = null }) {
  const details = h(
    "details.event",
    { open: open.has(event.event_id) },
    h(
      "summary",
      h("span.event-revision", number ?? (event.link ?? event).revision),
      isDeadLink(event) ? h("span.muted", "Its event is gone") : h("strong", data(event.type)),
      (showsStream || event.link) &&
        h("span.mono.muted", data(event.stream), event.link && ` · ${event.revision}`),
      h("span.event-time", timeElement(time ?? event.create_time)),
      why && h("span.event-why", why),
    ),
  );
  const unfold = () => {
    if (details.open) open.add(event.event_id);
    else open.delete(event.event_id);
    if (details.open && details.children.length === 1) details.append(eventBody(event));
  };
  details.addEventListener("toggle", unfold);
  if (details.open) unfold();
  return details;
}

/// `open`: as above. `depths`: of a tree, else null.
export function eventList(events, { open, depths = null, showsStream = true }) {
  const row = (event, i) => {
    const item = h("li", eventDetails(event, { open, showsStream }));
    if (depths) item.style.marginInlineStart = `${1.4 * Math.min(depths[i], deepest)}rem`;
    return item;
  };
  return h("ol.events", events.map(row));
}

/// Of events, oldest first: how many causes each has before it.
export function causationDepths(events) {
  // A cause is older than what it caused, so that it is known by then; nothing can go in circles.
  const depths = new Map();
  return events.map((event) => {
    const cause = depths.get(event.causation_id);
    const depth = cause === undefined ? 0 : cause + 1;
    depths.set(event.event_id, depth);
    return depth;
  });
}
