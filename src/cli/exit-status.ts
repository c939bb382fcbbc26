import { type ErrorCode, isMidwatchError } from "../core/errors.ts";

const usage: readonly ErrorCode[] = [
  "MW_USAGE",
  "MW_PAYLOAD_INVALID",
  "MW_REQUEST_INVALID",
  "MW_PAYLOAD_TOO_LARGE",
  "MW_CONFIG_INVALID",
  "MW_CONFIG_NOT_FOUND",
  "MW_CONFIG_SECRET_MISSING",
  "MW_HOST_NEEDS_TLS",
  "MW_STORE_URL_INVALID",
];
const unreachable: readonly ErrorCode[] = [
  "MW_SERVER_UNREACHABLE",
  "MW_SERVER_FOREIGN",
  "MW_STORE_UNREACHABLE",
  "MW_STORE_REFUSED",
  "MW_INTEGRATION_UNREACHABLE",
];

/** 1: no answer or the answer is no; 2: usage; 3: could not reach something. */
export function exitStatusOf(thrown: unknown): number {
  if (!isMidwatchError(thrown)) return 1;
  const { code } = thrown;
  if (usage.includes(code)) return 2;
  return unreachable.includes(code) ? 3 : 1;
}
