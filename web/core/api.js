// The service's HTTP API: requests, and why they were refused.
import { authorization, needToken } from "./token.js";

/// A refusal as the service words it (RFC 9457), or that it cannot be reached (status 0).
export class Problem extends Error {
  constructor(body, status, retryAfter = null) {
    super(body.detail || body.title || `HTTP status ${status}`);
    this.status = status;
    this.title = body.title ?? "";
    this.reason = body.reason ?? "";
    this.rule = body.rule ?? "";
    this.orderStatus = body.order_status ?? "";
    this.allowedCommands = body.allowed_commands ?? null;
    this.currentEtag = body.current_etag ?? "";
    this.violations = body.violations ?? [];
    this.requestId = body.request_id ?? "";
    this.retryAfter = retryAfter;
    /// Of a command: it may have been recorded all the same.
    this.isUnknown = status === 0 || body.outcome === "unknown";
  }
}

export const isAbort = (error) => error?.name === "AbortError";

async function readProblem(response) {
  const retryAfter = Number(response.headers.get("Retry-After")) || null;
  let body = {};
  try {
    body = await response.json();
  } catch {
    body = { detail: `The service answered ${response.status} and no reason.` };
  }
  return new Problem(body, response.status, retryAfter);
}

const unreachable = () =>
  new Problem(
    { title: "Not reached", detail: "The service cannot be reached.", reason: "NOT_REACHED" },
    0,
  );

async function call(path, options) {
  let response;
  try {
    response = await fetch(path, {
      ...options,
      headers: { ...options.headers, ...authorization() },
      cache: "no-store",
    });
  } catch (error) {
    if (isAbort(error)) throw error;
    throw unreachable();
  }
  if (!response.ok) {
    const problem = await readProblem(response);
    if (problem.status === 401) needToken(problem);
    throw problem;
  }
  try {
    return await response.json();
  } catch (error) {
    if (isAbort(error)) throw error;
    throw unreachable(); // It broke off in the middle.
  }
}

/// "/v1/orders?page_size=50" of a path and parameters; those that are empty are left out.
export function address(path, parameters = {}) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== "" && value !== null && value !== undefined) query.set(name, value);
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

/// A query. `after`: a position token that the answer is to reflect; it waits for it a little, then
/// takes what there is.
export function read(path, parameters = {}, { signal, after } = {}) {
  const headers = { Accept: "application/json" };
  const all = { ...parameters };
  if (after) {
    headers["Consistency-Token"] = after;
    headers.Prefer = "wait=2";
    all["options.allow_stale"] = "true";
  }
  return call(address(path, all), { headers, signal });
}

/// A command or an operation, sent once.
export function send(path, body, { key, etag, signal } = {}) {
  const headers = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (key) headers["Idempotency-Key"] = `"${key}"`;
  if (etag) headers["If-Match"] = etag;
  return call(path, {
    method: "POST",
    headers,
    signal,
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

export const orderPath = (orderId, verb = "") =>
  `/v1/orders/${encodeURIComponent(orderId)}${verb && `:${verb}`}`;

/// 128 random bits. Not randomUUID: a page over plain HTTP has none.
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
