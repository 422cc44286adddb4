// The reader's choice of theme, before the first paint. No module: those run too late for that.
try {
  const theme = localStorage.getItem("orders.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // A browser that keeps nothing follows the system.
}
