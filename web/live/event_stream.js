// Server-sent events (the HTML standard, section 9.2) by fetch, since an EventSource sends no token.

/// One event of the text between two blank lines; null: a comment, or nothing that has data.
export function parseEvent(text) {
  const event = { name: "message", id: "", data: "" };
  const lines = [];
  for (const line of text.split("\n")) {
    const [, field, value] = /^([^:]*)(?:: ?(.*))?$/.exec(line);
    if (field === "event") event.name = value ?? "";
    else if (field === "id") event.id = value ?? "";
    else if (field === "data") lines.push(value ?? "");
  }
  if (lines.length === 0) return null;
  event.data = lines.join("\n");
  return event;
}

/// Calls `take` with each event until the stream ends or `signal` aborts. Returns the status of the
/// answer; 0: there was none.
export async function followEvents(path, { headers, signal, take }) {
  let response;
  try {
    response = await fetch(path, {
      headers: { ...headers, Accept: "text/event-stream" },
      signal,
      cache: "no-store",
    });
    if (!response.ok) return response.status;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return response.status;
      const pieces = (rest + value).split("\n\n");
      rest = pieces.pop();
      for (const event of pieces.map(parseEvent)) if (event) take(event);
    }
  } catch {
    return response?.status ?? 0; // It broke off, or never began.
  }
}
