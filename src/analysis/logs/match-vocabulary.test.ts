import { describe, expect, it } from "vitest";
import { wordingOf } from "./match-vocabulary.ts";

/** What runtimes and servers say, in the shapes they say it; names and figures are made up. */
const said: [string, string | null, string][] = [
  ["Error: connect ECONNREFUSED 10.0.3.7:8080", "dependency-down", "peer"],
  ["dial tcp 10.0.3.7:8080: connect: connection refused", "dependency-down", "peer"],
  ["java.net.ConnectException: Connection refused (Connection refused)", "dependency-down", "peer"],
  ["ConnectionRefusedError: [Errno 111] Connection refused", "dependency-down", "peer"],
  ["No connection could be made because the target machine actively refused it. (stock:80)", "dependency-down", "peer"],
  [
    "*7 connect() failed (111: Connection refused) while connecting to upstream, client: 10.1.1.1",
    "dependency-down",
    "peer",
  ],
  ["FATAL: the database system is shutting down", "dependency-down", "peer"],
  ["Error: socket hang up", "dependency-down", "peer"],
  ["getaddrinfo ENOTFOUND stock.internal", "dns-failure", "name-server"],
  ["getaddrinfo EAI_AGAIN stock.internal", "dns-failure", "name-server"],
  ["dial tcp: lookup stock on 10.0.0.10:53: no such host", "dns-failure", "name-server"],
  ["dial tcp: lookup stock on 10.0.0.10:53: server misbehaving", "dns-failure", "name-server"],
  ["java.net.UnknownHostException: stock", "dns-failure", "name-server"],
  ["socket.gaierror: [Errno -3] Temporary failure in name resolution", "dns-failure", "name-server"],
  ["certificate has expired (CERT_HAS_EXPIRED)", "certificate-expired", "peer"],
  [
    "tls: failed to verify certificate: x509: certificate has expired or is not yet valid: current time 2026",
    "certificate-expired",
    "peer",
  ],
  [
    "javax.net.ssl.SSLHandshakeException: java.security.cert.CertificateExpiredException: NotAfter: Sun Mar 01",
    "certificate-expired",
    "peer",
  ],
  [
    "ssl.SSLCertVerificationError: certificate verify failed: certificate has expired (_ssl.c:1006)",
    "certificate-expired",
    "peer",
  ],
  ["write failed: ENOSPC: no space left on device, write", "disk-full", "speaker"],
  ['PANIC: could not write to file "pg_wal/xlogtemp.9": No space left on device', "disk-full", "speaker"],
  [
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
    "memory-limit-too-low",
    "speaker",
  ],
  ["java.lang.OutOfMemoryError: Java heap space", "memory-limit-too-low", "speaker"],
  ["fatal error: runtime: out of memory", "memory-limit-too-low", "speaker"],
  ["FATAL: sorry, too many clients already", "pool-exhausted", "peer"],
  ["FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute", "pool-exhausted", "peer"],
  ["ERROR 1040 (HY000): Too many connections", "pool-exhausted", "peer"],
  ["HikariPool-1 - Connection is not available, request timed out after 30000ms.", "pool-exhausted", "speaker"],
  ["timeout exceeded when trying to connect", "pool-exhausted", "speaker"],
  ["sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached", "pool-exhausted", "speaker"],
  ["ERROR: deadlock detected", "lock-contention", "peer"],
  ["ERROR: canceling statement due to lock timeout", "lock-contention", "peer"],
  ["Lock wait timeout exceeded; try restarting transaction", "lock-contention", "peer"],
  ["LOG: process 12 still waiting for ShareLock on transaction 99 after 1000.1 ms", "lock-contention", "peer"],
  ["canceling statement due to statement timeout", "slow-query", "peer"],
  ["Request failed with status code 429", "rate-limited", "peer"],
  ["HTTP 429 Too Many Requests", "rate-limited", "peer"],
  ['limiting requests, excess: 10.5 by zone "one"', "rate-limited", "speaker"],
  ['FATAL: password authentication failed for user "shop"', "credentials-refused", "speaker"],
  ["WRONGPASS invalid username-password pair or user is disabled.", "credentials-refused", "speaker"],
  ["ERROR: permission denied for table orders", "credentials-refused", "speaker"],
  ["failed to unmarshal message 81: unexpected end of JSON input", "poison-message", "speaker"],
  ["OOM command not allowed when used memory > 'maxmemory'.", "cache-too-small", "peer"],
  ["accept4: too many open files", "other/file-descriptors-exhausted", "speaker"],
  ["TypeError: Cannot read properties of undefined (reading 'price')", "bad-release", "speaker"],
  ['relation "order_items" does not exist', "bad-release", "speaker"],
  ["context deadline exceeded (Client.Timeout exceeded while awaiting headers)", null, "peer"],
  ["upstream timed out (110: Connection timed out) while reading response header from upstream", null, "peer"],
  ["ssl3_get_record: error:1408F10B:SSL routines:ssl3_get_record:wrong version number", "wrong-address", "speaker"],
  ["connect EHOSTUNREACH 10.0.3.7:8080", "network-partition", "peer"],
];

describe("the error vocabulary", () => {
  it.each(said)("%s → %s", (text, faultClass, blame) => {
    const wording = wordingOf(text);
    expect(wording, "nothing known").not.toBeNull();
    expect(wording?.faultClasses[0] ?? null).toBe(faultClass);
    expect(wording?.blame).toBe(blame);
  });

  it.each([
    "user asked for page 2",
    "order placed",
    "cache warmed in 20 ms",
    "payment declined: card has insufficient funds",
    "validation failed: e-mail is missing",
    "slow request",
  ])("names nothing in: %s", (text) => expect(wordingOf(text)).toBeNull());

  it("takes bounded time on long texts", () => {
    expect(wordingOf("a ".repeat(200_000))).toBeNull();
    expect(wordingOf("(".repeat(50_000))).toBeNull();
  });
});
