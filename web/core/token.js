// The bearer token that this tab calls the service with. Kept for the tab alone: another one, and
// the browser's next start, ask again.
const place = "orders.token";
const askers = new Set();

export const token = () => sessionStorage.getItem(place) ?? "";

export function keepToken(text) {
  if (text) sessionStorage.setItem(place, text);
  else sessionStorage.removeItem(place);
}

/// The header that carries it; none without one.
export const authorization = () => (token() ? { Authorization: `Bearer ${token()}` } : {});

/// `ask` is called with a Problem whenever the service wants a token, or another one.
export function onTokenNeeded(ask) {
  askers.add(ask);
  return () => askers.delete(ask);
}

export const needToken = (problem) => {
  for (const ask of [...askers]) ask(problem);
};
