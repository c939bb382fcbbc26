import type { Estate } from "../estate/estate.ts";

/** The scenes of the mission that the lab can play: faults at chosen strengths, by role. */
type Scene = {
  id: string;
  title: string;
  scene: string;
  parts: { fault: string; target?: string; magnitude?: number }[];
  /** What somebody says of it who has nothing but words and a few numbers. */
  complaint?: (estate: Estate) => { alert: string; context: string };
};

export const scenes: readonly Scene[] = [
  {
    id: "S1",
    title: "The minor alert that matters: a cache that slowly runs out of room",
    scene: "S1",
    parts: [{ fault: "cache-too-small", magnitude: 30 }],
  },
  {
    id: "S2",
    title: "Login failures: connections run out, no deploy",
    scene: "S2",
    parts: [{ fault: "lock-contention", target: "auth" }],
  },
  {
    id: "S3",
    title: "The bad deploy: latency after a release that leaks",
    scene: "S3",
    parts: [{ fault: "leaking-release" }],
  },
  {
    id: "S4",
    title: "The incident that never happened: a flag makes everything a little slower",
    scene: "S4",
    parts: [{ fault: "cache-flag-off" }],
  },
  {
    id: "S6",
    title: "Out of memory in a flash sale",
    scene: "S6",
    parts: [
      { fault: "memory-limit-too-low", magnitude: 52 },
      { fault: "traffic-surge", magnitude: 3 },
    ],
  },
  {
    id: "S7",
    title: "The slow interaction: pool, cache and a missing index together",
    scene: "S7",
    parts: [
      { fault: "missing-index" },
      { fault: "pool-lowered", target: "orders", magnitude: 2 },
      { fault: "cache-too-small" },
    ],
  },
  {
    id: "S8",
    title: "503 for some of the orders",
    scene: "S8",
    parts: [{ fault: "erroring-release", target: "checkout", magnitude: 0.08 }],
    complaint: ({ apiPrefix, environment }) => ({
      alert: `503 for 5 % of the requests to ${apiPrefix}/orders (threshold 1 %), P99 2500 ms (SLO 800 ms)`,
      context: `environment ${environment}; customers say that placing an order fails now and then, since a few minutes`,
    }),
  },
];
