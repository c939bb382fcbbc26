import { diskFull } from "./disk-full.ts";
import { testFault } from "./fault-test.testing.ts";

testFault(diskFull, { injects: ["storage.fill"], recovers: ["storage.clean", "database.execute"] });
