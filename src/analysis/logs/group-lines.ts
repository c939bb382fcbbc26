type LineGrouper = {
  /** Takes the next line; gives back the record that is now known to be complete, if any. */
  add(line: string): string | null;
  /** The record still open. */
  flush(): string | null;
};

/** A record longer than that is a dump; its rest begins a new record, so that memory stays bounded. */
const mostLines = 500;

/** Joins the lines of stack traces and other multi-line messages into one record each. */
export function groupLines(lines: readonly string[]): string[] {
  const grouper = createLineGrouper();
  const records: string[] = [];
  for (const line of lines) {
    const complete = grouper.add(line);
    if (complete !== null) records.push(complete);
  }
  const last = grouper.flush();
  return last === null ? records : [...records, last];
}

/**
 * Line by line. A line continues the record before when it looks like a part of a stack trace, when it is indented, or
 * when records of this stream begin with a time and this line does not begin like any record.
 */
function createLineGrouper(): LineGrouper {
  let open: string[] = [];
  let beganWithTime = false;
  let trace: "none" | "python" | "go" = "none";
  let isTraceOnly = false;

  function take(): string | null {
    while (open.length > 0 && (open.at(-1) as string).trim() === "") open.pop();
    const record = open.length === 0 ? null : open.join("\n");
    open = [];
    trace = "none";
    return record;
  }

  function continues(line: string): boolean {
    if (open.length === 0) return line.trim() === "";
    if (open.length >= mostLines) return false;
    if (trace === "go" && (line.trim() === "" || goLine.test(line))) return true;
    if (trace === "python" && !/^\s/.test(line)) {
      // The last line of a traceback names the exception; what follows belongs to it only as a chained traceback.
      if (pythonChain.test(line) || line.trim() === "") return true;
      trace = "none";
      return /^[\w.]+(?::|$)/.test(line) && !headerOf(line);
    }
    if (/^Traceback \(most recent call last\):/.test(line)) return headerOf(open[0] as string) && open.length === 1;
    if (line.trim() === "") return true;
    if (traceLine.test(line)) return true;
    if (/^\s/.test(line)) return !headerOf(line.trimStart()) || isTraceOnly;
    return beganWithTime && !headerOf(line) && !line.startsWith("{");
  }

  return {
    add(line) {
      if (continues(line)) {
        if (open.length > 0) open.push(line);
        follow(line);
        return null;
      }
      const complete = take();
      open = [line];
      beganWithTime = timeStart.test(line);
      isTraceOnly = /^\s/.test(line);
      follow(line);
      return complete;
    },
    flush: take,
  };

  function follow(line: string): void {
    if (/^\s*Traceback \(most recent call last\):/.test(line)) trace = "python";
    else if (/^\s*(panic: |fatal error: |goroutine \d+ \[)/.test(line) || / panic serving /.test(line)) trace = "go";
  }
}

const timeStart =
  /^\s*[[(]?(?:\d{4}[-/.]\d\d[-/.]\d\d|\d\d[/-](?:\d\d|[A-Z][a-z]{2})[/-]\d{2,4}|[A-Z][a-z]{2},? +\d{1,2} +\d\d:|[A-Z][a-z]{2} [A-Z][a-z]{2} +\d{1,2} \d\d:|\d\d:\d\d:\d\d|\d{10,13}[. ]|[IWEF]\d{4} \d\d:)/;
const levelStart =
  /^[[(<]?(?:TRACE|DEBUG|INFO|NOTICE|WARN|WARNING|ERROR|ERR|FATAL|CRITICAL|SEVERE|PANIC|LOG|STATEMENT|DETAIL|HINT|level=|ts=|time=)\b/i;

/** Begins like a record of some logger. */
function headerOf(line: string): boolean {
  return timeStart.test(line) || levelStart.test(line) || line.startsWith("{") || /^[\w.-]+ +\| /.test(line);
}

const traceLine =
  /^\s*(?:at [\w$.<>/[(]|Caused by: |Suppressed: |\.\.\. \d+ (?:more|common frames)|nested exception is|--- End of |--->|#\d+ |\[stacktrace\]|\[previous exception\]|goroutine \d+ \[|created by |"\}$|from \S+:\d+:in )/;
const goLine =
  /^(?:\s|goroutine \d+|created by |exit status|\[signal |[\w./\-*()[\]·{}…]+\(.*\)$|[\w./\-*()[\]·]+\.[\w*()[\].·]+$|panic\()/;
const pythonChain = /^(?:During handling of the above|The above exception was|Traceback \(most recent call last\):)/;
