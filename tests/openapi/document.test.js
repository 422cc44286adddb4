// The document itself: it lints, it is whole, and it is served.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ApiClient } from "./client.js";
import { startService } from "./service.js";

const sources = process.env.SOURCES;
const folder = import.meta.dirname ?? new URL(".", import.meta.url).pathname;
let service;
let client;
before(async () => {
  service = await startService();
  client = await ApiClient.read(service.origin);
});
after(() => service?.stop());

/// Lints a file of `folder`. Not waited for by the whole process: it would not see meanwhile that the
/// service closes a connection that idles.
function lint(file) {
  const words = ["lint", file, "--config", join(sources, "tests/openapi/redocly.yaml"), "--format", "json"];
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" };
  return new Promise((resolve) => {
    execFile(join(folder, "node_modules/.bin/redocly"), words, { cwd: folder, env, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => resolve({ status: error === null ? 0 : error.code, stdout, stderr }));
  });
}

function filesBelow(path, ending) {
  return readdirSync(path).flatMap((name) => {
    const file = join(path, name);
    if (statSync(file).isDirectory()) return filesBelow(file, ending);
    return name.endsWith(ending) ? [file] : [];
  });
}

test("the document lints without an error or a warning", async () => {
  writeFileSync(join(folder, "openapi.json"), JSON.stringify(client.api, null, 2));
  const ended = await lint("openapi.json");
  const report = JSON.parse(ended.stdout.slice(ended.stdout.indexOf("{")));
  assert.deepEqual(report.problems.map((one) => `${one.severity} ${one.ruleId}: ${one.message} at ${one.location[0]?.pointer}`), []);
  assert.equal(ended.status, 0, ended.stderr);
});

test("the linter finds what is wrong", async () => {
  const broken = structuredClone(client.api);
  delete Object.values(broken.paths)[0].post.operationId;
  broken.paths["/v1/orders/{order_id}"].get.parameters.shift();
  writeFileSync(join(folder, "broken.json"), JSON.stringify(broken));
  const ended = await lint("broken.json");
  assert.notEqual(ended.status, 0);
});

test("each rpc that the protos annotate is there, with its path, and says what it does", () => {
  const annotated = filesBelow(join(sources, "proto/orders"), ".proto").flatMap((file) =>
    [...readFileSync(file, "utf8").matchAll(/rpc (\w+)\([^{;]*\{\s*option \(access\) = [^;]*;\s*option \(google\.api\.http\) = \{\s*(get|post): "([^"]+)"/g)]
      .map(([, rpc, method, path]) => `${rpc} ${method} ${path}`));
  const documented = client.operations.map((one) => `${one.operationId} ${one.method} ${one.path}`);
  assert.deepEqual(documented.sort(), annotated.sort());
  assert.ok(annotated.length > 40);
  for (const operation of client.operations) {
    assert.ok(operation.description.length > 10, `${operation.operationId} has no comment`);
    assert.ok(operation["x-examples"]?.length > 0, `${operation.operationId} has no example`);
  }
});

test("each reason that the sources give is documented", () => {
  const given = ["application", "api/access", "api/calls", "api/http", "infrastructure/journal", "domain"].flatMap((layer) =>
    filesBelow(join(sources, layer), ".cc").flatMap((file) => {
      const text = readFileSync(file, "utf8");
      return [...text.matchAll(/(?:reason = |Problem\(\d+, )"([A-Z_]{4,})"/g)].map(([, reason]) => reason);
    }));
  // Imports are not served over HTTP.
  const ofImports = ["IMPORT_CONFLICT"];
  const documented = new Set(Object.values(client.api.components.responses).flatMap((response) =>
    response.content["application/problem+json"].schema.allOf[1].properties.reason.enum));
  assert.ok(given.length > 30);
  assert.deepEqual(given.filter((reason) => !documented.has(reason) && !ofImports.includes(reason)), []);
  assert.ok(documented.has("NOT_PAID") && documented.has("SHIPMENT_EXCEEDS_ORDERED"));
});

test("64-bit integers are texts, and what an answer always has is required", () => {
  const { schemas } = client.api.components;
  assert.equal(schemas.Money.properties.minor_units.type, "string");
  assert.deepEqual(schemas.Money.required, ["currency_code", "minor_units"]);
  assert.equal(schemas["Request.Money"].required, undefined);
  assert.equal(schemas.Order.properties.create_time.format, "date-time");
  assert.ok(!schemas.Order.required.includes("create_time"));
  assert.equal(schemas.AddItemRequest.properties.order_id, undefined, "the path says it");
  assert.match(schemas.Order.properties.etag.description, /what `etag` of a command wants/);
});

test("the page that shows it is served with what it refers to, and may load nothing else", async () => {
  const page = await fetch(`${service.origin}/docs`);
  assert.equal(page.status, 200);
  assert.equal(page.headers.get("Content-Type"), "text/html; charset=utf-8");
  const html = await page.text();
  const referred = [...html.matchAll(/(?:src|href)="(\/[^"]*)"/g)].map(([, path]) => path);
  assert.deepEqual(referred, ["/docs/docs.css", "/docs/docs.js", "/openapi.json"]);
  assert.ok(!/<script(?![^>]*\ssrc=)|\son\w+=|style=|https?:/.test(html), "nothing inline, nothing foreign");
  for (const path of ["/docs", ...referred]) {
    const file = await fetch(`${service.origin}${path}`, { headers: { "Accept-Encoding": "gzip" } });
    assert.equal(file.status, 200, path);
    assert.equal(file.headers.get("Content-Encoding"), "gzip", path);
    assert.equal(file.headers.get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; " +
      "style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
    assert.equal(file.headers.get("X-Content-Type-Options"), "nosniff");
    assert.equal(file.headers.get("Referrer-Policy"), "no-referrer");
    await file.arrayBuffer();
  }
  const script = await (await fetch(`${service.origin}/docs/docs.js`)).text();
  assert.ok(!/innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|new Function|import /.test(script));
  assert.equal((await fetch(`${service.origin}/docs`, { method: "POST" })).status, 405);
});
