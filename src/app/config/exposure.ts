import { midwatchError } from "../../core/errors.ts";
import type { Config } from "./config-schema.ts";

/** Beyond loopback always TLS, by a proxy that the configuration declares. Throws MW_HOST_NEEDS_TLS. */
export function guardExposure({ server: { host, publicUrl } }: Config): void {
  const isLoopback = host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host);
  if (isLoopback || publicUrl?.startsWith("https:")) return;
  throw midwatchError("MW_HOST_NEEDS_TLS", { host });
}
