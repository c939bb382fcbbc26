/** The ways in, in the order of the bar. `more`: behind "More" where the bar is too narrow. */
export const ways = [
  { path: "/", title: "Now", isMore: false },
  { path: "/alerts", title: "Alerts", isMore: false },
  { path: "/graph", title: "Graph", isMore: false },
  { path: "/changes", title: "Changes", isMore: true },
  { path: "/trust", title: "Trust", isMore: false },
  { path: "/settings", title: "Settings", isMore: true },
];

/** An incident or an observation belongs to Now, an entity's card to the graph. */
export function currentWay(location: string): string {
  if (location.startsWith("/incidents") || location.startsWith("/observations")) return "/";
  return ways.find(({ path }) => path !== "/" && location.startsWith(path))?.path ?? (location === "/" ? "/" : "");
}
