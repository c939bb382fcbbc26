import { connectionLeak } from "./connection-leak.ts";
import { testFault } from "./fault-test.testing.ts";

testFault(connectionLeak, { injects: ["database.execute"], recovers: ["database.execute", "platform.restart"] });
