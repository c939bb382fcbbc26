import { denied, testCheck } from "../test-check.ts";
import { serviceGraphAttribution } from "./service-graph-attribution.ts";

const $ = {
  others: { mid: "service", leaf: "service", base: "database" },
  calls: [
    ["subject", "mid"],
    ["mid", "leaf"],
    ["leaf", "base"],
  ],
} as const;
const setting = { ...$, calls: $.calls.map(([from, to]): [string, string] => [from, to]) };
const all = (values: string) => ["subject", "mid", "leaf"].map((entityId) => ({ entityId, values }));
const rates = { rate: all("10x20") };
const expects = (entityId: string, evidence: "own-time" | "error-origin" | "network-gap") => ({
  ...setting,
  expects: { entityId, evidence },
});

testCheck(serviceGraphAttribution, {
  finds: {
    "own time in a callee of a callee": {
      ...rates,
      latency: all("0.05x10 0.4x9"),
      selfTime: [
        { entityId: "subject", values: "0.01x20" },
        { entityId: "mid", values: "0.01x20" },
        { entityId: "leaf", values: "0.02x10 0.37x9" },
      ],
      $: expects("leaf", "own-time"),
    },
    "waiting for something without telemetry of its own": {
      ...rates,
      latency: all("0.05x10 0.4x9"),
      selfTime: all("0.01x20"),
      callLatency: [{ entityId: "leaf", dimensions: { peer: "base" }, values: "0.005x10 0.35x9" }],
      callRate: [{ entityId: "leaf", dimensions: { peer: "base" }, values: "10x20" }],
      $: expects("base", "own-time"),
    },
    "latency that no callee explains, where nothing measures own time": {
      ...rates,
      latency: [
        { entityId: "subject", values: "0.05x10 0.4x9" },
        { entityId: "mid", values: "0.04x10 0.39x9" },
        { entityId: "leaf", values: "0.03x10 0.38x9" },
      ],
      $: expects("leaf", "own-time"),
    },
    "time between two services": {
      ...rates,
      latency: [
        { entityId: "subject", values: "0.05x10 0.4x9" },
        { entityId: "mid", values: "0.04x20" },
      ],
      selfTime: all("0.01x20"),
      gap: [{ entityId: "subject", dimensions: { peer: "mid" }, values: "0.001x10 0.35x9" }],
      callRate: [{ entityId: "subject", dimensions: { peer: "mid" }, values: "10x20" }],
      $: expects("mid", "network-gap"),
    },
    "errors that begin in a callee": {
      ...rates,
      errorRatio: all("0x10 0.4x9"),
      errorOrigin: [
        { entityId: "leaf", values: "0x10 4x9" },
        { entityId: "mid", values: "0x20" },
      ],
      $: expects("leaf", "error-origin"),
    },
    "calls that fail although others get through": {
      ...rates,
      errorRatio: [
        { entityId: "subject", values: "0x10 0.5x9" },
        { entityId: "mid", values: "0x20" },
      ],
      callErrors: [
        { entityId: "subject", dimensions: { peer: "mid" }, values: "0x10 0.5x9" },
        { entityId: "leaf", dimensions: { peer: "mid" }, values: "0x20" },
      ],
      callRate: [
        { entityId: "subject", dimensions: { peer: "mid" }, values: "10x20" },
        { entityId: "leaf", dimensions: { peer: "mid" }, values: "10x20" },
      ],
      $: expects("subject", "error-origin"),
    },
    "what deviates most when neither time nor errors moved": {
      ...rates,
      latency: all("0.05x20"),
      cpu: [{ entityId: "leaf", values: "0.2x10 0.9x9" }],
      $: { ...setting, expects: { entityId: "leaf", evidence: "shift" } },
    },
  },
  quiet: {
    "a usual day": {
      ...rates,
      latency: all("0.05x20"),
      selfTime: all("0.01x20"),
      errorRatio: all("0.01x20"),
      $: setting,
    },
  },
  unknown: {
    "nothing readable": {
      latency: denied,
      errorRatio: denied,
      rate: denied,
      selfTime: denied,
      errorOrigin: denied,
      $: setting,
    },
  },
});
