import { testFault } from "./fault-test.testing.ts";
import { retryStorm } from "./retry-storm.ts";

testFault(retryStorm, { injects: ["processes.freeze"], recovers: ["processes.thaw", "platform.restart"] });
