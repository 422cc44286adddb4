// Where consumer groups are, in the page and in the API.
const named = (stream, group) => `${encodeURIComponent(stream)}/${encodeURIComponent(group)}`;

export const groupPath = (stream, group) => `/groups/${named(stream, group)}`;

/// `verb`: "update", "delete" or another; or "" for the group itself.
export const groupCall = (stream, group, verb = "") =>
  `/v1/consumerGroups/${named(stream, group)}${verb && `:${verb}`}`;

/// Whether HTTP can name it.
export const isReachable = (stream, group) => !stream.includes("/") && !group.includes("/");
