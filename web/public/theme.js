// Before the first paint, so that nothing flashes: ?theme=dark|light for this visit, else what the person chose, else the system.
(() => {
  const asked = new URLSearchParams(location.search).get("theme");
  let chosen = null;
  try {
    chosen = localStorage.getItem("midwatch-theme");
  } catch {
    // Storage may be closed to us; the system's choice stands.
  }
  const theme = asked === "dark" || asked === "light" ? asked : chosen;
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
})();
