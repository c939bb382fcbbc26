import { testFault } from "./fault-test.testing.ts";
import { memoryLimitTooLow } from "./memory-limit-too-low.ts";

testFault(memoryLimitTooLow, { injects: ["platform.setMemoryLimit"], recovers: ["platform.restore"] });
