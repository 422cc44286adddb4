// Addresses of the page and what they show. A view is a custom element: it is made anew for another
// path, and told by routeChanged(query) when the query alone has changed, if it has such a method.
let views = [];
let outlet = null;
let shown = null;
let onShown = () => {};

/// `list` of {pattern, element, section, title(parameters)}: `pattern` is a RegExp with named groups.
export function startRouter(list, into, listener) {
  views = list;
  outlet = into;
  onShown = listener;
  addEventListener("popstate", show);
  document.addEventListener("click", followLink);
  show();
}

const queryOf = () => new URLSearchParams(location.search);

function decoded(groups) {
  const out = {};
  for (const [name, value] of Object.entries(groups ?? {})) {
    try {
      out[name] = decodeURIComponent(value);
    } catch {
      out[name] = value;
    }
  }
  return out;
}

function match(path) {
  for (const view of views) {
    const found = view.pattern.exec(path);
    if (found) return { view, parameters: decoded(found.groups) };
  }
  return null;
}

function show() {
  if (location.pathname === "/") history.replaceState(null, "", `/orders${location.search}`);
  const path = location.pathname;
  if (shown?.path === path && shown.element.routeChanged) {
    shown.element.routeChanged(queryOf());
    return;
  }
  const found = match(path) ?? { view: views.at(-1), parameters: { path } };
  const element = document.createElement(found.view.element);
  element.route = { parameters: found.parameters, query: queryOf() };
  document.title = `${found.view.title(found.parameters)} · Orders`;
  const isFirst = shown === null;
  shown = { path, element };
  outlet.replaceChildren(element);
  if (!isFirst) {
    scrollTo(0, 0);
    outlet.focus({ preventScroll: true });
  }
  onShown(found.view);
}

function followLink(event) {
  if (event.defaultPrevented || event.button !== 0) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  const link = event.target.closest("a[href]");
  if (!link || link.target || link.hasAttribute("download")) return;
  const url = new URL(link.href);
  if (url.origin !== location.origin || url.hash || (url.pathname !== "/" && !match(url.pathname)))
    return;
  event.preventDefault();
  navigate(url.pathname + url.search);
}

export function navigate(to, { replace = false } = {}) {
  if (to === location.pathname + location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", to);
  show();
}

/// The same view with some of its query changed; null or "" takes a name out.
export function changeQuery(changes, options) {
  const query = queryOf();
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  }
  navigate(query.size > 0 ? `${location.pathname}?${query}` : location.pathname, options);
}
