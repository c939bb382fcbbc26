import { denied, testCheck } from "../test-check.ts";
import { queueBacklog } from "./queue-backlog.ts";

const $ = { subject: { kind: "queue" as const } };

testCheck(queueBacklog, {
  finds: {
    "a worker that became slow": { depth: "5x9 5+300x9", published: "10x19", processed: "10x9 5x9", $ },
    "more that comes in": { depth: "5x9 5+300x9", published: "10x9 15x9", processed: "10x19", $ },
  },
  against: {
    "a short queue": { depth: "5x19", published: "10x19", processed: "10x19", $ },
    "a burst that is worked off": { depth: "5x9 900-60x9", published: "10x19", processed: "10x9 11x9", $ },
  },
  quiet: {
    "no queue": { $ },
    "messages that fail": { depth: "5x9 5+300x9", published: "10x19", processed: "10x9 1x9", failures: "0x9 9x9", $ },
  },
  unknown: {
    "not to be seen": { depth: denied, $ },
    "rates not to be seen": { depth: "5x9 5+300x9", published: denied, processed: denied, $ },
  },
});
