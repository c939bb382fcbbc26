import { denied, records, testCheck } from "../test-check.ts";
import { diskFull } from "./disk-full.ts";

const said = (text: string) =>
  records((scope) => [
    {
      templateId: "t1",
      entityId: "subject",
      template: text,
      example: text,
      severity: "error",
      exception: null,
      startAt: scope.window.from,
      stepSeconds: 60,
      counts: Array.from({ length: 20 }, (_, index) => (index < 10 ? 0 : 5)),
      firstSeenAt: scope.baseline.to,
      failingTraces: null,
      versions: {},
    },
  ]);

testCheck(diskFull, {
  finds: {
    "99 % and failing writes": { used: "80+1x19", capacity: "100x19", failedWrites: "0x9 4x9" },
    ENOSPC: {
      used: "97x19",
      capacity: "100x19",
      logs: said("write failed: ENOSPC: no space left on device"),
      $: { expects: { evidence: "stated-mechanism" } },
    },
    "PostgreSQL's wording, disk use not to be seen": {
      used: denied,
      failedWrites: "0x19",
      logs: said('could not extend file "base/1/2": No space left on device'),
    },
  },
  quiet: {
    "a nearly full disk that takes writes": { used: "96x19", capacity: "100x19", failedWrites: "0x19" },
    "failing writes on a disk with room that hit something else": {
      used: "85x19",
      capacity: "100x19",
      failedWrites: "0x9 4x9",
    },
    "no disk": {},
  },
  against: { "half empty": { used: "50x19", capacity: "100x19" } },
  unknown: { "not to be read": { used: denied, capacity: denied } },
});
