import { testFault } from "./fault-test.testing.ts";
import { providerOutage } from "./provider-outage.ts";

testFault(providerOutage, { injects: ["provider.fail"], recovers: ["provider.fail"] });
