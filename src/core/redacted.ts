/** What stands where a secret stood. Taking secrets out a second time changes nothing. */
export const redacted = "[redacted]";

/** Was something taken out of this value? Then it can be neither compared with another nor set again. */
export function isRedacted(value: unknown): boolean {
  return (JSON.stringify(value) ?? "").includes(redacted);
}
