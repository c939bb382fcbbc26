import { testFault } from "./fault-test.testing.ts";
import { lockContention } from "./lock-contention.ts";

testFault(lockContention, { injects: ["database.hold"], recovers: ["database.execute"] });
