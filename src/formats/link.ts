/** An address from outside that a person may be led to: the web's, of bearable length. Null: it is none. */
export function webLink(text: unknown): string | null {
  return typeof text === "string" && text.length <= 4096 && /^https?:\/\/[^\s"'<>]+$/i.test(text) ? text : null;
}
