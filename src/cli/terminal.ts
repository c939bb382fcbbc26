/** Colours where the terminal shows them and nobody said NO_COLOR; text from outside loses its escapes. */
const isColourful =
  process.stdout.isTTY === true && process.env["NO_COLOR"] === undefined && process.env["TERM"] !== "dumb";

function style(open: number, close: number): (text: string) => string {
  return (text) => (isColourful ? `\u001b[${open}m${text}\u001b[${close}m` : text);
}

export const bold = style(1, 22);
export const quiet = style(2, 22);
export const brass = style(33, 39);
export const red = style(31, 39);
export const green = style(32, 39);

/** Control characters and escapes of the terminal, which text from outside must not bring along. */
export function plain(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "").replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

export function line(text = ""): void {
  process.stdout.write(`${text}\n`);
}

export function bar(ratio: number, width = 20): string {
  const full = Math.round(ratio * width);
  return "█".repeat(full) + "░".repeat(width - full);
}

export function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(ratio > 0 && ratio < 0.1 ? 1 : 0)} %`;
}

export function table(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

export function localTime(timestamp: string): string {
  return new Date(timestamp).toLocaleTimeString(undefined, { hour12: false });
}

/** "4 min", "35 s", "2 h". */
export function duration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3600)} h` : `${Math.round(seconds / 86_400)} d`;
}
