import { cacheFlagOff } from "./cache-flag-off.ts";
import { testFault } from "./fault-test.testing.ts";

testFault(cacheFlagOff, {
  injects: ["platform.setFlag", "users.multiply"],
  recovers: ["users.multiply", "platform.restore"],
});
