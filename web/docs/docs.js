// Shows /openapi.json: a list of its operations, and the one that the address names (#CreateOrder).
// Whatever the document says is text: it is never read as markup.

const METHODS = ["get", "post"];

/** An element with attributes, and children that are nodes or texts. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** What a "$ref" of the document stands for; anything else is itself. */
function resolve(api, thing) {
  if (thing?.$ref === undefined) return thing;
  const found = thing.$ref.slice(2).split("/").reduce((at, key) => at?.[key], api);
  return { ...found, ...(thing.description === undefined ? {} : { description: thing.description }) };
}

function operationsOf(api) {
  return Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method] !== undefined)
      .map((method) => ({ path, method, ...item[method] })));
}

function typeText(api, schema) {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split("/").at(-1);
    const target = resolve(api, schema);
    return target.enum === undefined ? name : target.enum.join(" | ");
  }
  if (schema.type === "array") return `list of ${typeText(api, schema.items)}`;
  return schema.format === undefined ? schema.type ?? "" : `${schema.type}, ${schema.format}`;
}

/** The members of an object's schema; what is nested opens when it is asked for. */
function members(api, schema) {
  const target = resolve(api, schema);
  const parts = [target, ...(target.allOf ?? []).map((part) => resolve(api, part))];
  const fields = Object.assign({}, ...parts.map((part) => part.properties ?? {}));
  const list = make("div");
  for (const [name, field] of Object.entries(fields)) {
    const item = field.type === "array" ? field.items : field;
    const inner = resolve(api, item);
    const label = [make("code", {}, name), " ", make("span", { class: "soft" }, typeText(api, field)),
      field.description === undefined ? null : ` ${field.description}`];
    if (inner.properties === undefined) {
      list.append(make("div", { class: "member" }, ...label));
      continue;
    }
    const nested = make("details", {}, make("summary", {}, ...label));
    nested.addEventListener("toggle", () => {
      if (nested.open && nested.childElementCount === 1) nested.append(members(api, item));
    });
    list.append(nested);
  }
  return list;
}

function parameterTable(api, operation) {
  const rows = operation.parameters.map((one) => resolve(api, one)).map((parameter) =>
    make("tr", {},
      make("td", {}, make("code", {}, parameter.name)),
      make("td", { class: "soft" }, parameter.in),
      make("td", { class: "soft" }, typeText(api, parameter.schema)),
      make("td", {}, parameter.description ?? "")));
  const titles = ["Name", "In", "Type", ""].map((title) => make("th", { scope: "col" }, title));
  return make("table", {}, make("thead", {}, make("tr", {}, ...titles)), make("tbody", {}, ...rows));
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The example `name` of an operation, as it is sent with curl. */
function curlText(api, operation, name) {
  let path = operation.path;
  const query = new URLSearchParams();
  for (const parameter of operation.parameters.map((one) => resolve(api, one))) {
    const value = parameter.examples?.[name]?.value;
    if (value === undefined) continue;
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(value));
    if (parameter.in === "query") query.set(parameter.name, value);
  }
  const parameters = query.toString() === "" ? "" : `?${query}`;
  const body = operation.requestBody?.content["application/json"].examples?.[name]?.value;
  const words = ["curl", quoted(`${location.origin}${path}${parameters}`)];
  if (body !== undefined) {
    words.push("-H", quoted("Content-Type: application/json"), "-d", quoted(JSON.stringify(body)));
  }
  return words.join(" ");
}

function responseBlock(api, status, named) {
  const response = resolve(api, named);
  const block = make("details", {}, make("summary", {}, make("code", {}, status), ` ${response.description}`));
  const headers = Object.keys(response.headers ?? {});
  if (headers.length > 0) block.append(make("div", { class: "member soft" }, `headers: ${headers.join(", ")}`));
  for (const [type, content] of Object.entries(response.content ?? {})) {
    block.append(make("div", { class: "member soft" }, type));
    const reasons = content.schema.allOf?.[1]?.properties?.reason?.enum;
    if (reasons !== undefined) block.append(make("div", { class: "member" }, make("code", {}, reasons.join(", "))));
    block.append(members(api, content.schema));
  }
  return block;
}

function showOperation(api, operation) {
  const main = document.querySelector("main");
  const body = operation.requestBody?.content["application/json"];
  main.replaceChildren(
    make("h2", {}, operation.operationId),
    make("p", { class: "route" },
      make("b", { class: operation.method }, operation.method.toUpperCase()), ` ${operation.path}`),
    make("p", {}, operation.description),
    make("h3", {}, "Parameters and headers"), parameterTable(api, operation));
  if (body !== undefined) main.append(make("h3", {}, "Body"), members(api, body.schema));
  if (operation["x-examples"] !== undefined) main.append(make("h3", {}, "Examples"));
  for (const example of operation["x-examples"] ?? []) {
    main.append(make("p", {}, make("code", {}, example.name), `, answered with ${example.status}`),
      make("pre", {}, curlText(api, operation, example.name)));
  }
  main.append(make("h3", {}, "Answers"),
    ...Object.entries(operation.responses).map(([status, one]) => responseBlock(api, status, one)));
  document.title = `${operation.operationId} - ${api.info.title}`;
}

function showOverview(api) {
  document.querySelector("main").replaceChildren(
    make("h2", {}, `${api.info.title} ${api.info.version}`),
    make("p", {}, api.info.description),
    ...api.tags.map((tag) => make("p", {}, make("b", {}, tag.name), ` ${tag.description}`)));
  document.title = `The API of ${api.info.title}`;
}

/** The list of operations that hold `words`, by tag. */
function showList(api, words, current) {
  const wanted = words.trim().toLowerCase();
  const fits = (one) => `${one.operationId} ${one.path} ${one.summary}`.toLowerCase().includes(wanted);
  const sections = api.tags.flatMap((tag) => {
    const found = operationsOf(api).filter((one) => one.tags.includes(tag.name) && fits(one));
    if (found.length === 0) return [];
    const links = found.map((one) => make("li", {}, make("a", {
      href: `#${one.operationId}`,
      title: `${one.method.toUpperCase()} ${one.path}`,
      ...(one.operationId === current ? { "aria-current": "page" } : {}),
    }, one.operationId)));
    return [make("h2", {}, tag.name), make("ul", {}, ...links)];
  });
  document.querySelector("#operations").replaceChildren(...sections);
}

async function start() {
  const answer = await fetch("/openapi.json");
  if (!answer.ok) throw new Error(`/openapi.json answers ${answer.status}`);
  const api = await answer.json();
  const find = document.querySelector("#find");
  const show = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    const operation = operationsOf(api).find((one) => one.operationId === name);
    showList(api, find.value, name);
    if (operation === undefined) showOverview(api);
    else showOperation(api, operation);
  };
  document.querySelector("#title").textContent = `The API of ${api.info.title}`;
  find.addEventListener("input", () => showList(api, find.value, decodeURIComponent(location.hash.slice(1))));
  window.addEventListener("hashchange", () => {
    if (location.hash === "#operation") return;  // The link to this part of the page.
    show();
    document.querySelector("main").focus();
  });
  show();
}

start().catch((error) => {
  document.querySelector("main").replaceChildren(make("p", { role: "alert" }, `This cannot be shown: ${error.message}`));
});
