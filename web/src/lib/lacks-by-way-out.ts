type Lack = { what: string; wayOut: string };

/** One line for everything that one step mends; `no services` is what is lacking, not lacked. */
export function lacksByWayOut(lacks: Lack[]): Lack[] {
  const lines = new Map<string, string[]>();
  for (const { what, wayOut } of lacks) lines.set(wayOut, [...(lines.get(wayOut) ?? []), what.replace(/^no /, "")]);
  return [...lines].map(([wayOut, whats]) => ({ what: whats.join("; "), wayOut }));
}
