import { erroringRelease } from "./erroring-release.ts";
import { testFault } from "./fault-test.testing.ts";

testFault(erroringRelease, { injects: ["platform.deploy"], recovers: ["platform.restore"] });
