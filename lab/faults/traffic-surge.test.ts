import { testFault } from "./fault-test.testing.ts";
import { trafficSurge } from "./traffic-surge.ts";

testFault(trafficSurge, { injects: ["users.multiply"], recovers: ["users.multiply", "platform.restart"] });
