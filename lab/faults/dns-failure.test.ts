import { dnsFailure } from "./dns-failure.ts";
import { testFault } from "./fault-test.testing.ts";

testFault(dnsFailure, { injects: ["dns.fail"], recovers: ["dns.fail"] });
