import type { FaultClass } from "../../core/fault.ts";

type CodeMechanism = { faultClass: FaultClass; weight: number; why: string };

type Diff = { added: string[]; removed: string[]; text: { added: string; removed: string } };

/**
 * What added and removed lines of code could set off. Reads words and not meaning: weights stay at or below .8, so that
 * code alone never convicts. Text from outside: only matched, never run.
 */
export function mechanismsOfCode(diff: string): CodeMechanism[] {
  const lines = diff
    .slice(0, mostCharacters)
    .split("\n")
    .filter((line) => !line.startsWith("+++") && !line.startsWith("---"));
  const added = lines.filter((line) => line.startsWith("+")).map((line) => line.slice(1));
  const removed = lines.filter((line) => line.startsWith("-")).map((line) => line.slice(1));
  const read: Diff = { added, removed, text: { added: added.join("\n"), removed: removed.join("\n") } };
  return [...growingCollection(read), ...rules.flatMap((rule) => apply(rule, read))];
}

/** What a reviewer would read; a longer diff is generated or a vendored copy. Bounds the work of the patterns. */
const mostCharacters = 40_000;

type Rule = {
  faultClass: FaultClass;
  weight: number;
  why: string;
  added?: RegExp;
  removed?: RegExp;
  unlessAdded?: RegExp;
};

const rules: Rule[] = [
  {
    faultClass: "cpu-saturation",
    weight: 0.7,
    why: "hashes or compresses synchronously",
    added:
      /\b(pbkdf2|scrypt|bcrypt\.hash|hash|compare|gzip|deflate|brotliCompress)Sync\b|hashlib\.pbkdf2|bcrypt\.(GenerateFromPassword|hashpw)/,
  },
  {
    faultClass: "event-loop-blocked",
    weight: 0.8,
    why: "works synchronously on the thread that serves all requests",
    added:
      /\b(readFile|writeFile|exec|execFile|spawn|pbkdf2|scrypt|hash|compare|gzip|deflate|brotliCompress)Sync\b|Atomics\.wait|Thread\.sleep|time\.sleep\(/,
  },
  {
    faultClass: "cpu-saturation",
    weight: 0.7,
    why: "a pattern with a repetition inside a repetition",
    added: /\((?:[^()\\\n]|\\.){0,80}[+*](?:[^()\\\n]|\\.){0,80}\)[+*]/,
  },
  {
    faultClass: "cpu-saturation",
    weight: 0.5,
    why: "a loop inside a loop",
    added: /\b(for|while)\b[^\n]*[{:]?\n(?:[^\n]*\n){0,3}?\s+(for|while)\b/,
  },
  {
    faultClass: "event-loop-blocked",
    weight: 0.5,
    why: "a loop that counts to a large number",
    added: /\bfor\s*\([^)]*<\s*(\d[\d_]{4,}|\d+e\d+)/,
  },
  {
    faultClass: "cpu-saturation",
    weight: 0.5,
    why: "a loop that counts to a large number",
    added: /\bfor\s*\([^)]*<\s*(\d[\d_]{4,}|\d+e\d+)|range\(\d[\d_]{4,}\)/,
  },
  {
    faultClass: "cpu-saturation",
    weight: 0.4,
    why: "copies or sorts everything each time",
    added: /JSON\.parse\(JSON\.stringify|structuredClone\(|\.sort\(.*\)\s*\[0\]|copy\.deepcopy/,
  },
  {
    faultClass: "missing-index",
    weight: 0.8,
    why: "an index is dropped",
    added: /drop\s+index|remove_index|dropIndex|DropIndex/i,
  },
  {
    faultClass: "missing-index",
    weight: 0.7,
    why: "an index is no longer created",
    removed: /create\s+(unique\s+)?index|add_index|createIndex/i,
    unlessAdded: /create\s+(unique\s+)?index|add_index|createIndex/i,
  },
  {
    faultClass: "missing-index",
    weight: 0.5,
    why: "a condition that an index does not serve",
    added: /where\b.*\b(lower|upper|cast|date|coalesce|to_char)\s*\(|ilike\s+['"$%]|like\s+'%/i,
  },
  {
    faultClass: "slow-query",
    weight: 0.6,
    why: "a query in a loop",
    added:
      /\b(for|while|forEach|map)\b[^\n]*\n(?:[^\n]*\n){0,4}?[^\n]*\b(query|execute|find(One|All|Many)?|select)\s*\(/,
  },
  {
    faultClass: "slow-query",
    weight: 0.5,
    why: "a query without its limit or condition",
    removed: /\b(limit\s+[\d$?:]|where\b)/i,
    unlessAdded: /\b(limit\s+[\d$?:]|where\b)/i,
  },
  {
    faultClass: "slow-query",
    weight: 0.4,
    why: "a new or changed query",
    added: /\b(select\b.+\bfrom|left join|inner join|order by)\b/i,
  },
  {
    faultClass: "connection-leak",
    weight: 0.8,
    why: "connections are taken and no longer given back",
    removed:
      /\.(release|close|end|dispose|Close|putconn)\s*\(|\bfinally\b|defer .*Close|\busing\b|try-with|with .*connect/,
    unlessAdded: /\.(release|close|end|dispose|Close|putconn)\s*\(|defer .*Close/,
  },
  {
    faultClass: "connection-leak",
    weight: 0.5,
    why: "connections are taken and not given back",
    added: /\b(pool|dataSource|db|engine)\.(connect|getConnection|acquire|Conn)\s*\(/,
    unlessAdded: /\.(release|close|end|dispose|Close|putconn)\s*\(|defer /,
  },
  {
    faultClass: "lock-contention",
    weight: 0.6,
    why: "locks rows or a table",
    added: /\bfor\s+update\b|lock\s+table|pg_advisory_(xact_)?lock|select_for_update|PESSIMISTIC_WRITE|serializable/i,
  },
  {
    faultClass: "retry-storm",
    weight: 0.6,
    why: "tries again",
    added: /\bretr(y|ies)\b|maxAttempts|tenacity|backoff\./i,
  },
  {
    faultClass: "cache-disabled",
    weight: 0.6,
    why: "the cache is no longer asked",
    removed: /cache\.(get|fetch|lookup|wrap|read)|@Cacheable|cached?\(|redis\.(get|hget|mget)/i,
    unlessAdded: /cache\.(get|fetch|lookup|wrap|read)|@Cacheable|redis\.(get|hget|mget)/i,
  },
  {
    faultClass: "poison-message",
    weight: 0.4,
    why: "messages are read or answered differently",
    added: /\b(nack|ack|reject|requeue|deserialize|unmarshal|JSON\.parse)\s*\(/,
  },
];

function apply(rule: Rule, { text }: Diff): CodeMechanism[] {
  if (rule.added && !rule.added.test(text.added)) return [];
  if (rule.removed && !rule.removed.test(text.removed)) return [];
  if (rule.unlessAdded?.test(text.added)) return [];
  return [{ faultClass: rule.faultClass, weight: rule.weight, why: rule.why }];
}

/** A collection that outlives requests (module level, static, package variable) is added to and never emptied. */
const declarations =
  /^(?:export )?(?:const|let|var) (\w+)\s*(?::[^=]+)?=\s*(?:new (?:Map|Set|Array)\b|\[\]|\{\}|Object\.create\(null\)|make\(|map\[|\[\]\w)|^(\w+)\s*(?::[^=]+)?=\s*(?:\[\]|\{\}|dict\(\)|list\(\)|set\(\)|defaultdict\()|^\s*(?:public |private |protected )?(?:static (?:final )?|final static )[\w<>, ?]+ (\w+)\s*=\s*new |^var (\w+) (?:=|map\[|\[\])/;

function growingCollection({ added, text }: Diff): CodeMechanism[] {
  const names = added.flatMap((line) => {
    const match = declarations.exec(line);
    const name = match?.slice(1).find((group) => group !== undefined);
    return name ? [name] : [];
  });
  // Additions to a collection that was there already count too, when nothing added takes out of it.
  const grown = [
    ...text.added.matchAll(/^\s+(?:this\.|self\.|\w+\.)?(\w+)\.(?:push|set|add|append|put|offer|addLast)\(/gm),
  ].map(([, name]) => name as string);
  for (const name of new Set([...names, ...grown])) {
    const isNew = names.includes(name);
    const takes = new RegExp(
      `\\b${name}\\b(\\.(push|set|add|append|put|offer|addLast|unshift)\\(|\\[[^\\]]+\\]\\s*=[^=]|\\s*=\\s*append\\(|\\s*\\+=)`,
    );
    const gives = new RegExp(
      `\\b${name}\\b\\.(delete|clear|splice|shift|pop|remove|evict|poll|popleft|discard)\\b|delete\\(?\\s*${name}|\\b${name}\\.length\\s*=|\\b${name}\\.size\\s*>`,
    );
    if (!takes.test(text.added) || gives.test(text.added)) continue;
    return [{ faultClass: "memory-leak", weight: isNew ? 0.8 : 0.3, why: `${name} is added to and never emptied` }];
  }
  return [];
}
