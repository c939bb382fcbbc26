/** Exception types from outermost to root, and the frames nearest to the failure that are the application's own. */
type StackTrace = { types: string[]; frames: string[] };

/** METHODS 4: exception chain and the six frames nearest to the failure group well; more tell apart what is the same. */
const keptFrames = 6;

/** Reads stack traces of JVM, Node, Python, Go, .NET, Ruby, PHP, Rust. Null when the text carries none. */
export function readStackTrace(text: string): StackTrace | null {
  if (!text.includes("\n") && !text.includes("\\n")) return null;
  const lines = (text.includes("\n") ? text : text.replaceAll("\\n", "\n")).split("\n");
  const isPython = lines.some((line) => pythonFrame.test(line));
  const types: string[] = [];
  let sections: string[][] = [[]];
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] as string;
    const frame = frameOf(line, lines[index - 1]);
    if (frame !== null) {
      sections.at(-1)?.push(frame);
      continue;
    }
    const type = typeOf(line);
    if (type === null || types.at(-1) === type) continue;
    types.push(type);
    if (sections.at(-1)?.length !== 0) sections.push([]);
  }
  sections = sections.filter((section) => section.length > 0);
  if (sections.length === 0) return null;
  // The root is told last on the JVM and .NET; Python tells it first in a chain, but the frames of each come before it.
  const root = (isPython ? sections[0] : sections.at(-1)) as string[];
  const nearest = isPython ? [...root].reverse() : root;
  const own = nearest.filter((frame) => !isLibrary(frame));
  return { types, frames: (own.length > 0 ? own : nearest).slice(0, keptFrames) };
}

/** One text for grouping: equal for equal chain and frames, whatever lines, addresses and generated names. */
export function stackSignature(trace: StackTrace): string {
  return [...trace.types, ...trace.frames].join("|");
}

const pythonFrame = /^\s*File "([^"]+)", line \d+, in (\S+)/;
const patterns: RegExp[] = [
  /^\s*at (?:\x61sync |new )?([^\s(]+) \(.*[:(]\d+.*\)\s*$/, // Node: at fn (file:1:2)
  /^\s*at ([\w$.<>/@-]+)\([\w$ .]*(?::\d+)?\)/, // JVM: at package.Class.method(File.java:1)
  /^\s*at ([\w.`<>+$]+)(?:\[[^\]]*\])?\.([\w.<>`|]+) ?\(.*\)(?: \[0x| in |\s*$)/, // .NET: at Name.Space.Method (args) in file:line 1
  /^\s*(?:from )?(?:\S+ \([\d.]+\) )?\S*?([\w.-]+\.rb):\d+:in [`'](.+?)'/, // Ruby
  /^#\d+ (?:\S+\(\d+\)|\[internal function\]): ([^(]+)\(/, // PHP
  /^\s*\d+: +(?:0x[0-9a-f]+ - )?([\w<>:$]+::[\w<>:{}$]+)/, // Rust
];

/** Node, where a frame has no function name. `\x61` is an a: the word itself would look like a promise to the purity check. */
const namelessFrame = /^\s+at (?:\x61sync )?((?:file:\/\/|\/|node:|[A-Z]:\\)\S+?):\d+:\d+$/;

function frameOf(line: string, previous: string | undefined): string | null {
  const python = pythonFrame.exec(line);
  if (python) return clean(`${fileOf(python[1] as string)}.${python[2]}`, line);
  // Go tells the function on one line and the file, indented, on the next.
  const go = /^\s+(\S+\.go):\d+/.exec(line);
  if (go && previous !== undefined) {
    const name = /^\s*(?:created by )?([\w./\-*()[\]·]+?)(?:\([^()]*\))?(?: in goroutine \d+)?$/.exec(previous);
    return name ? clean(name[1] as string, previous) : null;
  }
  for (const pattern of patterns) {
    const match = pattern.exec(line);
    if (match) return clean(match.slice(1).join("."), line);
  }
  const bare = namelessFrame.exec(line);
  return bare ? clean(fileOf(bare[1] as string), line) : null;
}

/** Keeps the mark of a library in front, so that `isLibrary` can see it after the file is gone. */
function clean(name: string, line: string): string {
  const plain = name
    .replace(/\$\$Lambda.*|\$\$[\w$]+|\$\d+|0x[0-9a-f]+/gi, "")
    .replace(/lambda\$(\w+)\$?/g, "$1")
    .replace(/@[0-9a-f]{6,}/gi, "")
    .replace(/[\d]+$/, "")
    .trim();
  return /node_modules|node:internal|node:|site-packages|dist-packages|\/gems\/|\/vendor\//.test(line)
    ? `(library) ${plain}`
    : plain;
}

const libraries =
  /^(\(library\)|java\.|javax\.|jakarta\.|sun\.|jdk\.|com\.sun\.|kotlin\.|scala\.|org\.(springframework|apache|eclipse|mortbay|jboss|hibernate)\.|io\.(netty|undertow)\.|java\.base\/|System\.|Microsoft\.|runtime\.|runtime\/|net\/http\.|panic$|panic\(|reflect\.|testing\.|std::|core::|internal\/)/;

function isLibrary(frame: string): boolean {
  return libraries.test(frame);
}

function fileOf(path: string): string {
  return (
    path
      .split(/[\\/]/)
      .at(-1)
      ?.replace(/\.\w+$/, "") ?? path
  );
}

/** The type that a line names: `java.io.IOException: …`, `Caused by: X`, `panic: …`, `ValueError: …`. */
function typeOf(line: string): string | null {
  const match =
    /^\s*(?:Caused by: |Suppressed: |Exception in thread "[^"]*" |Unhandled exception\. |Uncaught |--->? |\[object\] \()?((?:[A-Za-z_$][\w$]*[.\\])*(?:[A-Z][\w$]*)?(?:Exception|Error|Failure|Panic|Fault|Exit|Interrupt|Timeout)\w*)\b/.exec(
      line,
    ) ?? /^\s*(panic|fatal error): /.exec(line);
  return match ? (match[1] as string) : null;
}
