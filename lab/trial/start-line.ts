/** Where a lab that has started can be reached. */
type StartLine = { platformUrl: string; truthUrl: string; databases: { name: string; url: string }[] };

/** What the lab says once, as a line of JSON, when it has started. Throws, in its own words, when it says why it has not. */
export function readStartLine(line: string): StartLine {
  const said = JSON.parse(line) as StartLine | { error: { message: string; wayOut: string } };
  if ("error" in said) throw new Error(`the lab did not start: ${said.error.message} ${said.error.wayOut}`.trim());
  return said;
}
