/** Moves the focus to the next or previous row that can be opened (`data-row`), from wherever it is. */
export function moveRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("[data-row]")].filter((row) => row.offsetParent !== null);
  const next = nextRow(
    rows.map((row) => row.contains(document.activeElement)),
    by,
  );
  const row = next === null ? undefined : rows[next];
  row?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

/** From none: the first going down, the last going up. At the ends it stays. Null without rows. */
export function nextRow(hasFocus: boolean[], by: 1 | -1): number | null {
  if (hasFocus.length === 0) return null;
  const at = hasFocus.indexOf(true);
  if (at < 0) return by > 0 ? 0 : hasFocus.length - 1;
  return Math.min(hasFocus.length - 1, Math.max(0, at + by));
}
