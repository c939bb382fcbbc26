import { testFault } from "./fault-test.testing.ts";
import { noisyBackup } from "./noisy-backup.ts";

testFault(noisyBackup, { injects: ["backup.start"], recovers: ["backup.stop"] });
