// Elements, made of text alone: what comes from the service is never read as HTML.

/// h("a.link", {href: "/orders"}, "Orders"): an element with its classes, attributes, listeners
/// (onclick) and children. Children that are null or false are left out, lists are flattened, all
/// that is no node becomes text.
export function h(name, ...rest) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag);
  if (classes.length > 0) element.className = classes.join(" ");
  return fill(element, rest);
}

/// The same in SVG.
export function svg(name, ...rest) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  if (classes.length > 0) element.setAttribute("class", classes.join(" "));
  return fill(element, rest);
}

function fill(element, rest) {
  const first = rest[0];
  const hasAttributes = first && Object.getPrototypeOf(first) === Object.prototype;
  if (hasAttributes) setAttributes(element, first);
  append(element, hasAttributes ? rest.slice(1) : rest);
  return element;
}

function setAttributes(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "value" || name === "checked" || name === "disabled") element[name] = value;
    else if (name === "href" && !isOwnAddress(value))
      throw new Error(`no link of this page: ${value}`);
    else element.setAttribute(name, value === true ? "" : value);
  }
}

/// Links lead within the page's own origin: nothing that data says becomes an address elsewhere.
const isOwnAddress = (href) => /^(\/(?![/\\])|#|blob:)/.test(href);

function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child instanceof Node ? child : String(child));
  }
}

/// Puts `children` in the place of all that `element` holds.
export function replace(element, ...children) {
  element.replaceChildren();
  append(element, children);
  return element;
}

const icons = {
  orders: "M5 4h14v16H5zM9 9h6M9 13h6M9 17h3",
  shop: "M5 8h14l-1 12H6zM9 8a3 3 0 0 1 6 0",
  models: "M4 7c0-4 16-4 16 0s-16 4-16 0M4 7v10c0 4 16 4 16 0V7M4 12c0 4 16 4 16 0",
  letters: "M4 6h16v12H4zM4 7l8 6 8-6",
  streams: "M4 7c4-4 6 4 10 0s4-1 6 0M4 13c4-4 6 4 10 0s4-1 6 0M4 19c4-4 6 4 10 0s4-1 6 0",
  groups: "M4 12h16M10 12c4 0 4-6 10-6M10 12c4 0 4 6 10 6M4 9v6",
  webhooks: "M14 4v10a5 5 0 0 1-10 0v-2l3 3M11 4h6",
  users: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4 20c0-6 16-6 16 0",
  node: "M4 5h16v6H4zM4 13h16v6H4zM8 8h.01M8 16h.01",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18M12 7v5l3 3",
  theme: "M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M8 14h8",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M20 20l-4-4",
  close: "M6 6l12 12M18 6L6 18",
  back: "M15 5l-7 7 7 7",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  download: "M12 4v11M7 11l5 5 5-5M5 20h14",
  warning: "M12 4l9 16H3zM12 10v4M12 17h.01",
  check: "M5 12l5 5 9-10",
  plus: "M12 5v14M5 12h14",
  history: "M4 12a8 8 0 1 0 3-6M4 4v4h4M12 8v4l3 2",
};

/// A drawing beside a text that says the same: hidden from those who listen.
export const icon = (name) =>
  svg("svg.icon", { viewBox: "0 0 24 24", "aria-hidden": "true" }, svg("path", { d: icons[name] }));
