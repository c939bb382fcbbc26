import { denied, testCheck } from "../test-check.ts";
import { eventLoopBlocked } from "./event-loop-blocked.ts";

testCheck(eventLoopBlocked, {
  finds: {
    "a thread that blocks for 200 ms": {
      delay: "0.011x9 0.2x9",
      use: "0.3x9 0.97x9",
      rate: "50x19",
      $: { expects: { evidence: "saturation" } },
    },
    "delay alone": { delay: "0.011x9 0.2x9" },
  },
  quiet: {
    "an ordinary delay": { delay: "0.03x19", use: "0.6x19" },
    "a pause at deploy": { delay: "0.011x9 0.3 0.1 0.012x8", use: "0.6x19" },
    "no event loop": {},
  },
  against: {
    "a free loop": { delay: "0.01x19", use: "0.2x19" },
    "garbage collection": { delay: "0.011x9 0.2x9", collecting: "0.02x9 0.5x9" },
    "three times the load": { delay: "0.011x9 0.1x9", use: "0.3x9 0.9x9", rate: "50x9 150x9" },
  },
  unknown: { "not to be seen": { delay: denied, use: denied } },
});
