// Streams that the store's projections make of others: links to the events of a category, of a type,
// and to the first events of streams.
import { h } from "../core/dom.js";
import { data } from "../parts/pieces.js";
import { isReachable, streamPath } from "./stream_paths.js";

/// What stands before a stream's first dash; null: it has no category.
export function categoryOf(stream) {
  const dash = stream.indexOf("-");
  return stream.startsWith("$") || dash < 1 ? null : stream.slice(0, dash);
}

export const categoryStream = (category) => `$ce-${category}`;
export const typeStream = (type) => `$et-${type}`;
export const streamsOfCategory = (category) => `$category-${category}`;
export const allStreams = "$streams";

const allEvents = (query) => `${streamPath("$all")}?${new URLSearchParams(query)}`;
const emphasis = (text) => h("strong", data(text));

/// Of each kind: `about`, what stands in it; `beside`: streams that say more; `instead`: where the
/// same is found where the store makes none; `listsStreams`: each of its links is a stream's first
/// event.
const kinds = [
  {
    pattern: /^\$ce-(.+)$/,
    about: (name) => ["All events of the category ", emphasis(name), ", by links to them."],
    beside: (name) => ({ text: "Its streams", stream: streamsOfCategory(name) }),
    instead: (name) => allEvents({ category: `${name}-` }),
  },
  {
    pattern: /^\$et-(.+)$/,
    about: (name) => ["All events of the type ", emphasis(name), ", by links to them."],
    instead: (name) => allEvents({ type: name }),
  },
  {
    pattern: /^\$category-(.+)$/,
    about: (name) => ["The streams of the category ", emphasis(name), ", by their first events."],
    beside: (name) => ({ text: "Their events", stream: categoryStream(name) }),
    instead: (name) => `/streams?${new URLSearchParams({ prefix: `${name}-` })}`,
    listsStreams: true,
  },
  {
    pattern: /^\$streams$/,
    about: () => ["All streams, by their first events."],
    instead: () => "/streams",
    listsStreams: true,
  },
];

/// {about, beside, instead, listsStreams} of such a stream; null of any other.
export function projectedStream(stream) {
  for (const { pattern, about, beside, instead, listsStreams = false } of kinds) {
    const found = pattern.exec(stream);
    if (!found) continue;
    const [, name] = found;
    return {
      about: about(name),
      beside: beside?.(name) ?? null,
      instead: instead(name),
      listsStreams,
    };
  }
  return null;
}

/// The stream that an entry of a list of streams names: by its event's own, by a reference ("$@"),
/// whose data is the name; null: the link's event is gone.
export function listedStream({ type, stream, data: { json, raw } }) {
  if (type === "$>") return null;
  if (type !== "$@") return stream;
  if (json !== undefined) return json;
  const bytes = Uint8Array.from(atob(raw ?? ""), (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}

/// A link to the stream of a category or of a type, or its name where HTTP cannot say it.
export const projectedLink = (stream, text) =>
  isReachable(stream) ? h("a", { href: streamPath(stream) }, data(text)) : data(text);
