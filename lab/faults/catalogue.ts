import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cacheFlagOff } from "./cache-flag-off.ts";
import { cacheTooSmall } from "./cache-too-small.ts";
import { connectionLeak } from "./connection-leak.ts";
import { cpuHungryRelease } from "./cpu-hungry-release.ts";
import type { Fault } from "./define-fault.ts";
import { dependencyCrash } from "./dependency-crash.ts";
import { diskFull } from "./disk-full.ts";
import { dnsFailure } from "./dns-failure.ts";
import { erroringRelease } from "./erroring-release.ts";
import { expiredCertificate } from "./expired-certificate.ts";
import { leakingRelease } from "./leaking-release.ts";
import { lockContention } from "./lock-contention.ts";
import { memoryLimitTooLow } from "./memory-limit-too-low.ts";
import { missingIndex } from "./missing-index.ts";
import { noisyBackup } from "./noisy-backup.ts";
import { poisonMessage } from "./poison-message.ts";
import { poolLowered } from "./pool-lowered.ts";
import { providerOutage } from "./provider-outage.ts";
import { retryStorm } from "./retry-storm.ts";
import { slowNetwork } from "./slow-network.ts";
import { timeoutLowered } from "./timeout-lowered.ts";
import { trafficSurge } from "./traffic-surge.ts";
import { wrongAddress } from "./wrong-address.ts";

/** Every fault that ships with the lab. */
export const shippedFaults: readonly Fault[] = [
  cacheFlagOff,
  cacheTooSmall,
  connectionLeak,
  cpuHungryRelease,
  dependencyCrash,
  diskFull,
  dnsFailure,
  erroringRelease,
  expiredCertificate,
  leakingRelease,
  lockContention,
  memoryLimitTooLow,
  missingIndex,
  noisyBackup,
  poisonMessage,
  poolLowered,
  providerOutage,
  retryStorm,
  slowNetwork,
  timeoutLowered,
  trafficSurge,
  wrongAddress,
];

/** The shipped faults and those in a folder: each `*.mjs` or `*.js` exports one as default (docs/guides/lab-faults.md). */
export async function loadFaults(folder?: string): Promise<Fault[]> {
  if (!folder) return [...shippedFaults];
  const files = readdirSync(folder)
    .filter((name) => /\.m?js$/.test(name))
    .sort();
  if (files.length === 0) throw new Error(`${folder} holds no *.mjs and no *.js; see docs/guides/lab-faults.md`);
  const loaded: Fault[] = [];
  for (const file of files) {
    const module = (await import(pathToFileURL(join(resolve(folder), file)).href)) as { default?: Partial<Fault> };
    loaded.push(checked(file, module.default));
  }
  const own = new Set(loaded.map(({ id }) => id));
  return [...shippedFaults.filter(({ id }) => !own.has(id)), ...loaded];
}

function checked(file: string, fault: Partial<Fault> | undefined): Fault {
  const missing = (
    ["id", "title", "targets", "defaultTarget", "magnitude", "truth", "hasFix", "inject", "recover"] as const
  ).filter((field) => fault?.[field] === undefined);
  if (!fault || missing.length > 0)
    throw new Error(`${file}: the default export lacks ${missing.join(", ")}; see docs/guides/lab-faults.md`);
  return { leavesChange: false, ...fault } as Fault;
}
