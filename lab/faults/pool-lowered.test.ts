import { testFault } from "./fault-test.testing.ts";
import { poolLowered } from "./pool-lowered.ts";

testFault(poolLowered, { injects: ["platform.configure"], recovers: ["platform.restore"] });
