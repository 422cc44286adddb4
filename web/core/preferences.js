// What the reader has chosen: theme and time zone. Kept in the browser, shared by its tabs.
const choices = { theme: ["auto", "light", "dark"], zone: ["utc", "local"] };
const events = new EventTarget();

function read(name) {
  try {
    const value = localStorage.getItem(`orders.${name}`);
    return choices[name].includes(value) ? value : choices[name][0];
  } catch {
    return choices[name][0];
  }
}

const current = { theme: read("theme"), zone: read("zone") };

function apply() {
  const root = document.documentElement;
  if (current.theme === "auto") delete root.dataset.theme;
  else root.dataset.theme = current.theme;
  events.dispatchEvent(new Event("change"));
}

export const preference = (name) => current[name];

/// The next choice of that name, and after the last the first again.
export function cyclePreference(name) {
  const all = choices[name];
  current[name] = all[(all.indexOf(current[name]) + 1) % all.length];
  try {
    localStorage.setItem(`orders.${name}`, current[name]);
  } catch {
    // Then it holds for this tab.
  }
  apply();
}

export const onPreferences = (listener) => events.addEventListener("change", listener);

export function isDark() {
  if (current.theme !== "auto") return current.theme === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
addEventListener("storage", ({ key }) => {
  if (!key?.startsWith("orders.")) return;
  for (const name of Object.keys(choices)) current[name] = read(name);
  apply();
});
