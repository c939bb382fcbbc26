import { testFault } from "./fault-test.testing.ts";
import { wrongAddress } from "./wrong-address.ts";

testFault(wrongAddress, { injects: ["platform.configure"], recovers: ["platform.restore"] });
