import { testFault } from "./fault-test.testing.ts";
import { timeoutLowered } from "./timeout-lowered.ts";

testFault(timeoutLowered, { injects: ["platform.configure"], recovers: ["platform.restore"] });
