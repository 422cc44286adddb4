// A client that knows nothing of orders: what it can call, how a request is put together and what an
// answer must look like it reads from /openapi.json.
import assert from "node:assert/strict";
import Ajv2020 from "ajv/dist/2020.js";

const METHODS = ["get", "post"];
const DATE_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/// Changes each object's schema so that it takes no member that it does not name.
function closeSchemas(schema) {
  if (schema === null || typeof schema !== "object") return;
  if (schema.type === "object" && schema.properties !== undefined) schema.additionalProperties = false;
  Object.values(schema).forEach(closeSchemas);
}

export class ApiClient {
  #origin;
  #ajv;
  /// The document, as it was read.
  api;

  static async read(origin) {
    const answer = await fetch(`${origin}/openapi.json`);
    assert.equal(answer.status, 200);
    return new ApiClient(origin, await answer.json());
  }

  constructor(origin, api) {
    this.#origin = origin;
    this.api = api;
    const closed = structuredClone(api);
    closeSchemas(closed.components.schemas);
    this.#ajv = new Ajv2020({ strict: false, allErrors: true });
    for (const [name, format] of Object.entries({ "date-time": DATE_TIME, int32: true, int64: true, uint64: true })) {
      this.#ajv.addFormat(name, format);
    }
    this.#ajv.addSchema({ $id: "api", ...closed });
  }

  get operations() {
    return Object.entries(this.api.paths).flatMap(([path, item]) =>
      METHODS.filter((method) => item[method] !== undefined)
        .map((method) => ({ path, method, ...item[method] })));
  }

  operation(id) {
    const found = this.operations.find((one) => one.operationId === id);
    assert.ok(found, `the document has no operation ${id}`);
    return found;
  }

  parametersOf(operation) {
    return operation.parameters.map((one) => this.resolve(one));
  }

  resolve(thing) {
    if (thing.$ref === undefined) return thing;
    return thing.$ref.slice(2).split("/").reduce((at, key) => at[key], this.api);
  }

  /// Where the parts of a request go: `values` are those of parameters, by name; `body` is its body.
  async send(operation, { values = {}, body, headers = {} }) {
    let path = operation.path;
    const query = new URLSearchParams();
    for (const parameter of this.parametersOf(operation)) {
      const value = values[parameter.name];
      if (value === undefined) {
        assert.ok(!parameter.required, `${operation.operationId} wants ${parameter.name}`);
        continue;
      }
      if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
      if (parameter.in === "query") query.set(parameter.name, value);
      if (parameter.in === "header") headers = { ...headers, [parameter.name]: value };
    }
    if (body !== undefined) {
      this.#check(operation.requestBody.content["application/json"].schema, body, `body of ${operation.operationId}`);
      headers = { ...headers, "Content-Type": "application/json" };
    }
    const target = `${this.#origin}${path}${query.size > 0 ? `?${query}` : ""}`;
    return fetch(target, {
      method: operation.method.toUpperCase(),
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  }

  /// Sends a request whose fields are `fields`: each goes where the document has it. The answer is
  /// held against the document.
  async call(id, fields = {}, headers = {}) {
    const operation = this.operation(id);
    const values = {};
    const body = {};
    const parameters = new Set(this.parametersOf(operation).filter((one) => one.in !== "header").map((one) => one.name));
    for (const [name, value] of Object.entries(fields)) {
      if (parameters.has(name)) values[name] = value;
      else body[name] = value;
    }
    if (operation.requestBody === undefined) assert.deepEqual(body, {}, `${id} has no such parameters`);
    const sent = operation.requestBody === undefined ? undefined : body;
    return this.readAnswer(operation, await this.send(operation, { values, body: sent, headers }));
  }

  /// Fails unless the answer is one that the document has.
  async readAnswer(operation, answer) {
    const what = `${operation.operationId}: ${answer.status}`;
    const text = await answer.text();
    const documented = operation.responses[String(answer.status)] ?? operation.responses.default;
    const response = this.resolve(documented);
    for (const name of Object.keys(response.headers ?? {})) {
      const isOptional = ["Preference-Applied", "Idempotent-Replayed", "Retry-After"].includes(name);
      assert.ok(isOptional || answer.headers.has(name), `${what}: no header ${name}`);
    }
    if (response.content === undefined) {
      assert.equal(text, "", what);
      return { status: answer.status, headers: answer.headers };
    }
    const type = answer.headers.get("Content-Type");
    assert.ok(response.content[type], `${what}: ${type} is not documented: ${text}`);
    const body = JSON.parse(text);
    this.#check(response.content[type].schema, body, `${what}: ${text}`);
    return { status: answer.status, headers: answer.headers, body };
  }

  #check(schema, value, what) {
    const local = JSON.parse(JSON.stringify(schema).replaceAll("\"#/", "\"api#/"));
    const validate = this.#ajv.compile(local);
    assert.ok(validate(value), `${what}\n${this.#ajv.errorsText(validate.errors)}`);
  }
}
