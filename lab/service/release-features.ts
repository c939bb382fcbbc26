import type { Log } from "./log.ts";
import type { ReleaseFeatures } from "./settings.ts";

export type Features = { onRequest(): void };

/** Runs what a release does besides its work, for every request or message: keeps memory, burns CPU, throws. */
export function createFeatures(features: ReleaseFeatures, log: Log, random: () => number = Math.random): Features {
  const retained: unknown[] = [];
  return {
    onRequest() {
      if (features.retainedBytesPerRequest) {
        retained.push(audienceProfile(features.retainedBytesPerRequest, retained.length));
        if (retained.length % 200 === 0) log.info(`audience profiles held: ${retained.length}`);
      }
      if (features.cpuMillisecondsPerRequest) scoreVariants(features.cpuMillisecondsPerRequest);
      if (features.failingRequestRatio && random() < features.failingRequestRatio) {
        const profile = undefined as { segment: string } | undefined;
        // @ts-expect-error the defect of this release: not every visitor has a profile
        if (profile.segment === "returning") log.debug("returning visitor");
      }
    },
  };
}

/** Plain objects, so that they live on the heap and not beside it: about eight bytes an entry. */
function audienceProfile(bytes: number, seed: number): number[] {
  return Array.from({ length: Math.ceil(bytes / 8) }, (_, index) => index * 1.0001 + seed + 0.5);
}

function scoreVariants(milliseconds: number): number {
  const until = performance.now() + milliseconds;
  let score = 0;
  while (performance.now() < until) for (let step = 0; step < 2000; step += 1) score = (score * 31 + step) % 65521;
  return score;
}
