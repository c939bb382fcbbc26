/** Words that stand before a name and say what it is. */
const before =
  /\b(?:service|svc|app|application|pod|deployment|statefulset|daemonset|container|workload|host|hostname|node|server|instance|database|db|cache|queue|topic|job|component|cluster|namespace|endpoint|function|table|system|backend|upstream|dependency)\b[\s:='"`]+([A-Za-z0-9][\w.:/-]*[\w])/gi;
const behind =
  /(?<![\w:.])([a-z0-9][\w-]*[a-z0-9])[ \t]+(?:service|pods?|deployment|container|database|cache|queue|worker|api|server|instances?)\b(?![.\w-])/gi;
/** What a sentence says something of, small as names are: "checkout is slow", "payments failing", "orders returns 502". */
const spokenOf =
  /(?<![\w/.-])([a-z][a-z0-9]{2,}(?:[-_.][a-z0-9]+)*)[ \t]+(?:is|are|was|keeps?|has been|fails?|failing|returns?|returning|answers?|responds?|responding|timing out|times? out|down|slow|unreachable|unavailable|broken|degraded)\b/g;
const quoted = /[`'"]([A-Za-z][\w./:-]{2,80})[`'"]/g;
const hyphenated = /(?<![\w/.-])([a-z][a-z0-9]*(?:-[a-z0-9]+)+)(?![\w/])/g;
const path = /(?<![\w:/])(\/[a-z0-9_{}:.-]+(?:\/[a-z0-9_{}:.-]+)+)/gi;
const afterPreposition = /\b(?:in|on|of|from|by|at|to|for|with)\s+([a-z][a-z0-9]+(?:[-_.][a-z0-9]+)*)\b/g;

/** Words that stand where names stand and are none. */
const noNames = new Set(
  "the a an is are was were has have had it its this that these those than then and or not no all any some more less most last past new old high low slow up down over under above below status error errors rate time latency request requests response threshold limit alert alerts warning critical info name unknown value minutes seconds hours production staging high-cpu long-running real-time end-to-end out-of-memory multi-az non-zero least our your their which what when where each every least average total usage memory cpu disk running depth length size age lag backlog count number level hit hits misses fails failing failed slow returns returned cannot can will may does did utilization saturation answers of on in at by to for from with as since seit ab around about during near p50 p90 p95 p99 everything nothing something everybody nobody anybody users customers people system start starts started use used den dem der die das ein eine von mit bei auf ist sind und alles warum nicht kein keine there here now still again it's".split(
    " ",
  ),
);

/**
 * Names in a text that might be entities, best first. Routes are named whole, and by their last word, for services are
 * often called after what they serve.
 */
export function mentionsInText(text: string): string[] {
  const shortened = text.slice(0, 20_000);
  const found: string[] = [];
  const add = (name: string | undefined) => {
    const trimmed = name?.replace(/[.,:;]+$/, "") ?? "";
    if (trimmed.length < 2 || trimmed.length > 120 || noNames.has(trimmed.toLowerCase()) || /^[\d.]+$/.test(trimmed))
      return;
    if (!found.includes(trimmed)) found.push(trimmed);
  };
  for (const pattern of [before, quoted, hyphenated]) for (const match of shortened.matchAll(pattern)) add(match[1]);
  for (const match of shortened.matchAll(behind)) add(match[1]);
  for (const match of shortened.matchAll(path)) {
    const route = match[1] ?? "";
    add(route);
    add(route.split("/").findLast((part) => /^[a-z][a-z_-]+$/i.test(part)));
  }
  for (const match of shortened.matchAll(spokenOf)) add(match[1]);
  for (const match of shortened.matchAll(afterPreposition)) add(match[1]);
  return found.slice(0, mostMentions);
}

const mostMentions = 20;

/** The first thing that a text names as one: "the cart service", `pod cart-7f`, a quoted or hyphenated name. Null: none. */
export function namedInText(text: string): string | null {
  const shortened = text.slice(0, 20_000);
  const found = [before, behind, quoted, hyphenated].flatMap((pattern) =>
    [...shortened.matchAll(pattern)].flatMap((match) => {
      const name = match[1]?.replace(/[.,:;]+$/, "") ?? "";
      const isName =
        name.length > 1 && name.length <= 120 && !noNames.has(name.toLowerCase()) && !/^[\d.%]+$/.test(name);
      return isName ? [{ name, at: match.index }] : [];
    }),
  );
  return found.sort((left, right) => left.at - right.at)[0]?.name ?? null;
}
