import { dependencyCrash } from "./dependency-crash.ts";
import { testFault } from "./fault-test.testing.ts";

testFault(dependencyCrash, { injects: ["processes.kill"], recovers: ["platform.restart"] });
