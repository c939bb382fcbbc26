import { timingSafeEqual } from "node:crypto";

/** Compared in constant time; an empty expected token fits nothing. */
export function isSame(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return right.length > 0 && left.length === right.length && timingSafeEqual(left, right);
}
