// Where streams are, in the page and in the API.
export const streamPath = (stream) => `/streams/${encodeURIComponent(stream)}`;
export const correlatedPath = (id) => `/streams/correlated/${encodeURIComponent(id)}`;
export const eventsPath = (stream) => `/v1/streams/${encodeURIComponent(stream)}/events`;

/// Whether HTTP can name it.
export const isReachable = (stream) => !stream.includes("/");
