import { cacheTooSmall } from "./cache-too-small.ts";
import { testFault } from "./fault-test.testing.ts";

testFault(cacheTooSmall, { injects: ["platform.configure"], recovers: ["platform.restore"] });
