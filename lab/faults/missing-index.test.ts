import { testFault } from "./fault-test.testing.ts";
import { missingIndex } from "./missing-index.ts";

testFault(missingIndex, {
  injects: ["database.execute", "platform.recordMigration"],
  recovers: ["database.execute", "platform.recordMigration"],
});
