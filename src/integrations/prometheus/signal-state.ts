import { z } from "zod";
import type { SourceAnswer } from "../../core/capability.ts";
import type { MetricInventoryEntry, SignalMap, SignalMapping } from "../../core/signal-map.ts";
import type { Instant } from "../../core/window.ts";
import { discoverSignalMap } from "../../formats/discover-signal-map.ts";
import { numberOf, type PrometheusApi, troubleIn } from "./api.ts";
import { readInventory } from "./read-inventory.ts";

/** What is known of a Prometheus besides its samples. */
export type SignalState = {
  map: SignalMap;
  entries: Map<string, MetricInventoryEntry>;
  scrapeIntervalSeconds: number;
  /** Not all could be looked at. */
  warnings: string[];
};

export type SignalStateReader = (options?: {
  isFreshNeeded?: boolean;
}) => Promise<{ kind: "known"; state: SignalState } | { kind: "trouble"; answer: SourceAnswer<never> }>;

/** New services appear with releases: minutes matter, seconds do not. */
const keepMilliseconds = 10 * 60_000;
/** Asked for something that is not there: it may just have started, so look again, but not at every question. */
const lookAgainAfterMilliseconds = 30_000;
/** Up to here every metric is described; above it only those whose names could mean something. */
const describeAllUpTo = 1500;
const usualScrapeIntervalSeconds = 15;

/** Discovers the signal map at the first question and again when it has grown old. Lines by a person stand above all. */
export function createSignalState(
  api: PrometheusApi,
  connection: string,
  ownMappings: SignalMapping[],
  now: () => Instant,
): SignalStateReader {
  let known: { state: SignalState; at: Instant } | null = null;
  let underWay: ReturnType<SignalStateReader> | null = null;

  const read: SignalStateReader = async () => {
    const at = now();
    let seen = 0;
    const inventory = await readInventory(api, at, (metric) => {
      seen += 1;
      return seen <= describeAllUpTo || couldMeanSomething(metric);
    });
    if (inventory.kind !== "data") return { kind: "trouble", answer: troubleIn(inventory) };
    const map = discoverSignalMap(connection, inventory.data);
    const state: SignalState = {
      map: { ...map, mappings: [...ownMappings, ...map.mappings] },
      entries: new Map(inventory.data.map((entry) => [entry.metric, entry])),
      scrapeIntervalSeconds: await readScrapeInterval(api, at),
      warnings: inventory.warnings,
    };
    known = { state, at };
    return { kind: "known", state };
  };

  return async (options) => {
    const age = known ? now() - known.at : Number.POSITIVE_INFINITY;
    if (known && age < (options?.isFreshNeeded ? lookAgainAfterMilliseconds : keepMilliseconds))
      return { kind: "known", state: known.state };
    underWay ??= read().finally(() => {
      underWay = null;
    });
    return underWay;
  };
}

/** Whether a metric of this name would be read as anything, had it the labels that it may have. */
function couldMeanSomething(metric: string): boolean {
  if (/error|fail|miss/i.test(metric)) return true;
  const labels = {
    job: ["a"],
    service: ["a"],
    status: ["200"],
    state: ["used", "idle"],
    result: ["hit", "miss"],
    area: ["heap"],
    pod: ["a"],
    container: ["a"],
  };
  return (["counter", "gauge", "histogram"] as const).some(
    (type) => discoverSignalMap("", [{ metric, type, unit: null, labels }]).mappings.length > 0,
  );
}

const targets = z.object({ activeTargets: z.array(z.object({ scrapeInterval: z.string().optional() })) });

/** How often most targets are looked at: as the server says, else from how many samples arrived. */
async function readScrapeInterval(api: PrometheusApi, at: Instant): Promise<number> {
  const told = await api.get("/api/v1/targets", targets, { state: "active" });
  const intervals =
    told.kind === "data" ? told.data.activeTargets.map(({ scrapeInterval }) => secondsOf(scrapeInterval ?? "")) : [];
  const known = intervals.filter((seconds) => seconds > 0).sort((left, right) => left - right);
  const middle = known[Math.floor(known.length / 2)];
  if (middle !== undefined) return middle;
  const counted = await api.query({ query: "quantile(0.5, 300 / count_over_time(up[5m]))", atSeconds: at / 1000 });
  const found = counted.kind === "data" ? numberOf(counted.data[0]?.value[1] ?? "") : null;
  return found === null ? usualScrapeIntervalSeconds : Math.max(1, Math.round(found));
}

/** `1m30s` is 90. Anything else is 0. */
function secondsOf(text: string): number {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text);
  if (!parts) return 0;
  const [, hours = 0, minutes = 0, seconds = 0, milliseconds = 0] = parts;
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(milliseconds) / 1000;
}
