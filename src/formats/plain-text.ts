/**
 * Text from outside, fit for a terminal or a chat: no escape sequences, no control characters but line ends and tabs, no
 * characters that turn the direction of writing or cannot be seen.
 */
export function plainText(text: string): string {
  return text
    .replaceAll(
      /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[PX^_][^\u001b]*(?:\u001b\\)?|[@-Z\\-_])/g,
      "",
    )
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "");
}
