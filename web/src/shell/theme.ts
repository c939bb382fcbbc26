/** The other one of dark and light, remembered on this machine. */
export function toggleTheme(): void {
  const root = document.documentElement;
  const isDark = root.dataset.theme
    ? root.dataset.theme === "dark"
    : window.matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = isDark ? "light" : "dark";
  try {
    localStorage.setItem("midwatch-theme", root.dataset.theme);
  } catch {
    // Storage may be closed to us; the choice holds for this visit.
  }
}
