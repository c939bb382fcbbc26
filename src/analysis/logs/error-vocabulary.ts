import type { EntityKind } from "../../core/entity.ts";
import type { FaultClass } from "../../core/fault.ts";

/** Wording that names a mechanism, as libraries, runtimes, proxies and servers put it. */
export type ErrorWording = {
  /** Looked for in the template, the example and the exception's type, whatever the case. */
  pattern: RegExp;
  /** Empty: says who failed, not how. Several: the words fit each alike. */
  faultClasses: FaultClass[];
  /**
   * Whose trouble the words tell: the speaker's own, that of what it spoke to, or the name server's. A server that says
   * it of itself (a database in its own log) is always the one meant.
   */
  blame: "speaker" | "peer" | "name-server";
  /** What kind of peer it can be, where the words tell. */
  peerKinds?: EntityKind[];
  /** Where the words come from. */
  source: string;
};

const data: EntityKind[] = ["database"];
const caches: EntityKind[] = ["cache"];

/** Most telling first: of several that fit one line, the first counts. */
export const errorVocabulary: ErrorWording[] = [
  // Certificates. An alert that was received means that the other side refused ours.
  {
    pattern: /alert certificate expired|remote error: tls: (?:expired|bad) certificate|sslv3 alert certificate/,
    faultClasses: ["certificate-expired"],
    blame: "speaker",
    source: "OpenSSL alert texts; Go crypto/tls alert.go",
  },
  {
    pattern:
      /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|certificate (?:has|is) expired|certificate expired|certificate is not yet valid|CertificateExpiredException|CertificateNotYetValidException|NotAfter: |validity check failed|RemoteCertificate\w*Errors?|unable to verify the first certificate|x509: certificate/,
    faultClasses: ["certificate-expired"],
    blame: "peer",
    source:
      "OpenSSL X509_verify_cert_error_string; Node tls; Go crypto/x509; JDK sun.security.x509; .NET SslPolicyErrors",
  },
  // Names.
  {
    pattern:
      /EAI_AGAIN|SERVFAIL|ESERVFAIL|queryA ETIMEOUT|query(?:A|AAAA|Srv) E(?:TIMEOUT|REFUSED)|temporary failure in name resolution|server misbehaving|lookup \S+(?: on \S+)?: (?:i\/o timeout|read udp)|no servers could be reached|dns resolution (?:failure|timed out)/,
    faultClasses: ["dns-failure"],
    blame: "name-server",
    source: "getaddrinfo(3); Node dns error codes; Go net DNSError; BIND dig; Envoy response details",
  },
  {
    pattern:
      /ENOTFOUND|NXDOMAIN|no such host|name or service not known|nodename nor servname|unknownhostexception|could not resolve host|host not found|no address associated with hostname|name does not resolve|NameResolutionError|EAI_NONAME/,
    faultClasses: ["dns-failure", "wrong-address"],
    blame: "name-server",
    source: "getaddrinfo(3); Node dns; Go net; JDK UnknownHostException; curl (6); nginx resolver; urllib3; musl",
  },
  // Databases and their locks, limits, plans.
  {
    pattern:
      /deadlock detected|deadlock found when trying to get lock|lock wait timeout exceeded|canceling statement due to lock timeout|could not obtain lock|still waiting for \w+lock|ORA-00060|ORA-00054|was deadlocked on lock|CannotAcquireLock|LockAcquisitionException|LockTimeoutException|PessimisticLock|database is locked|LockNotAvailable|\b40P01\b|\b55P03\b|WriteConflict/,
    faultClasses: ["lock-contention"],
    blame: "peer",
    peerKinds: data,
    source:
      "PostgreSQL errcodes 40P01, 55P03 and log_lock_waits; MySQL 1205, 1213; Oracle; SQL Server 1205; SQLite; Spring, Hibernate; MongoDB",
  },
  {
    pattern:
      /too many clients already|remaining connection slots are reserved|too many connections|max number of clients reached|ER_CON_COUNT_ERROR|ORA-125(?:16|19|20)|maximum number of processes|\b53300\b|no more connections allowed|connection limit exceeded for/,
    faultClasses: ["pool-exhausted", "connection-leak"],
    blame: "peer",
    peerKinds: [...data, ...caches],
    source: "PostgreSQL errcode 53300; MySQL 1040; Redis maxclients; Oracle listener; PgBouncer",
  },
  {
    pattern:
      /timeout exceeded when trying to connect|timeout acquiring a connection|(?:timed out|time-?out|gave up)[^.]{0,30} waiting (?:for|on) (?:an? )?(?:(?:free|available|idle|pooled|database|db) )*(?:connection|client|session)s?\b|resourcerequest timed out|connection is not available, request timed out|timeout waiting for (?:idle object|connection from pool)|QueuePool limit|prior to obtaining a connection from the pool|ConnectionPoolTimeoutException|PoolTimeout|pool (?:is )?exhausted|could not get a resource from the pool|acquir\w+ (?:a )?(?:client|connection|resource)[^.]{0,40}time|(?:no|all) (?:available )?connections? (?:available |in (?:the )?pool|are in use)|SQLTransientConnectionException|query_wait_timeout|ConnectionPool is (?:full|exhausted)|pool timeout/,
    faultClasses: ["pool-exhausted", "connection-leak"],
    blame: "speaker",
    source:
      "node-postgres, Knex/tarn, generic-pool; HikariCP; Commons Pool, Jedis; SQLAlchemy; ADO.NET; Apache HttpClient; redigo; httpx; PgBouncer",
  },
  {
    pattern:
      /canceling statement due to statement timeout|maximum statement execution time exceeded|query execution was interrupted|ORA-01013|execution timeout expired|\b57014\b|MaxTimeMSExpired|QueryTimeoutException/,
    faultClasses: ["slow-query"],
    blame: "peer",
    peerKinds: data,
    source: "PostgreSQL errcode 57014; MySQL 3024; Oracle; ADO.NET; MongoDB; JPA",
  },
  {
    pattern:
      /password authentication failed|access denied for user|WRONGPASS|NOAUTH|invalid username-password pair|login failed for user|permission denied for (?:table|relation|schema|database|sequence)|role "[^"]*" does not exist|ACCESS_REFUSED|SASL authentication|authentication failed|InvalidClientTokenId|SignatureDoesNotMatch|ExpiredToken|AccessDenied(?:Exception)?\b|invalid_grant|invalid_client|invalid api key|\b28P01\b|\b28000\b|\b42501\b|401 unauthorized|status(?: code)?[ =:]+401\b/,
    faultClasses: ["credentials-refused"],
    blame: "speaker",
    source:
      "PostgreSQL errcodes 28P01, 28000, 42501; MySQL 1045; Redis ACL; SQL Server 18456; RabbitMQ; Kafka; AWS; OAuth 2 RFC 6749",
  },
  // Room.
  {
    pattern:
      /\bENOSPC\b|no space left on device|disk (?:is )?full|could not extend file|disk quota exceeded|\bEDQUOT\b|not enough space on the disk|disk usage exceeded flood-stage|\b53100\b|MISCONF Redis is configured to save/,
    faultClasses: ["disk-full"],
    blame: "speaker",
    source: "errno(3); PostgreSQL errcode 53100; Windows 112; Elasticsearch; Redis",
  },
  {
    pattern: /insufficient storage|status(?: code)?[ =:]+507\b|\b507\b.{0,20}storage|storage quota exceeded/,
    faultClasses: ["disk-full"],
    blame: "peer",
    peerKinds: ["storage", "database"],
    source: "RFC 4918 section 11.5",
  },
  {
    pattern: /OOM command not allowed when used memory/,
    faultClasses: ["cache-too-small"],
    blame: "peer",
    peerKinds: caches,
    source: "Redis maxmemory with noeviction",
  },
  {
    pattern:
      /heap out of memory|reached heap limit|ineffective mark-compacts|outofmemoryerror|outofmemoryexception|java heap space|gc overhead limit exceeded|\bMemoryError\b|runtime: out of memory|cannot allocate memory|\bENOMEM\b|std::bad_alloc|out of memory: kill|oom-?kill|memory cgroup out of memory|insufficient memory/,
    faultClasses: ["memory-limit-too-low", "memory-leak"],
    blame: "speaker",
    source: "V8; HotSpot; CPython; Go runtime; .NET; Linux oom_kill; C++",
  },
  {
    pattern: /\bEMFILE\b|\bENFILE\b|too many open files/,
    faultClasses: ["other/file-descriptors-exhausted", "connection-leak"],
    blame: "speaker",
    source: "errno(3)",
  },
  // Too much.
  {
    pattern: /limiting requests, excess|rate limit(?:er)? rejected|request was throttled by us/,
    faultClasses: ["rate-limited"],
    blame: "speaker",
    source: "nginx limit_req",
  },
  {
    pattern:
      /too many requests|status(?: code)?[ =:]+429\b|\b429\b (?:too|error|from|response)|http 429|rate.?limit(?:ed| exceeded| reached|ing)|rate exceeded|ThrottlingException|ProvisionedThroughputExceeded|RequestLimitExceeded|RESOURCE_EXHAUSTED|\bSlowDown\b|quota exceeded for/,
    faultClasses: ["rate-limited"],
    blame: "peer",
    source: "RFC 6585 section 4; AWS; gRPC status codes; Google APIs",
  },
  {
    pattern:
      /READONLY You can't write against a read only|cannot execute \w+ in a read-only transaction|--read-only option so it cannot execute|NotWritablePrimary|conflict with recovery/,
    faultClasses: ["replication-lag", "wrong-address"],
    blame: "peer",
    peerKinds: [...data, ...caches],
    source: "Redis replica; PostgreSQL hot standby; MySQL 1290; MongoDB",
  },
  // Messages.
  {
    pattern:
      /(?:failed|unable|could not|cannot) to? ?(?:parse|decode|deserialize|unmarshal|process|handle) (?:the )?(?:message|event|record|payload|job)|MessageConversionException|SerializationException|RecordDeserializationException|max(?:imum)? (?:delivery|deliveries|receive|redelivery|attempts?)[^.]{0,30}(?:reached|exceeded)|(?:message|job|event)\b.{0,80}\b(?:redeliver|requeu|deliver(?:y|ies) attempt)|poison (?:message|pill)|ListenerExecutionFailedException/,
    faultClasses: ["poison-message"],
    blame: "speaker",
    source: "Spring AMQP, Spring Kafka; Kafka clients; Amazon SQS redrive; sidekiq; BullMQ",
  },
  // The wrong thing at the address.
  {
    pattern:
      /ssl routines:\w*:wrong version number|parse error: expected http|malformed http response|first record does not look like a tls handshake|not an ssl\/tls record|received http\/0\.9 when not allowed|unexpected response from server on|invalid redis (?:reply|response)|protocol error, got/,
    faultClasses: ["wrong-address"],
    blame: "speaker",
    source: "OpenSSL; llhttp; Go net/http, crypto/tls; Netty; curl; Redis clients",
  },
  // Not there, not to be reached.
  {
    pattern:
      /\bEHOSTUNREACH\b|\bENETUNREACH\b|no route to host|network is unreachable|NoRouteToHostException|HostUnreachable/,
    faultClasses: ["network-partition"],
    blame: "peer",
    source: "errno(3); JDK; .NET SocketError",
  },
  {
    pattern:
      /\bECONNREFUSED\b|connection refused|actively refused|no healthy upstream|no live upstreams|the database system is (?:starting up|shutting down|in recovery mode)|CLUSTERDOWN|LOADING Redis is loading|is the server running on|could not connect to (?:server|redis)|brokers? (?:are|is) (?:down|not available)|BrokerNotAvailable|ServerSelectionTimeout|no connection could be made|upstream_reset_before_response_started\{connection_failure|\b57P0[123]\b/,
    faultClasses: ["dependency-down"],
    blame: "peer",
    source: "errno(3); Winsock 10061; Envoy; nginx; PostgreSQL 57P01 to 57P03, libpq; Redis; librdkafka; MongoDB",
  },
  {
    pattern:
      /\bECONNRESET\b|\bEPIPE\b|connection reset|socket hang up|broken pipe|server closed the connection unexpectedly|terminating connection due to|upstream prematurely closed|disconnect\/reset before headers|connection (?:was |is |has been )?(?:closed|terminated|aborted) (?:by|unexpectedly)|other side closed|MySQL server has gone away|lost connection to mysql|unexpected EOF|premature (?:close|eof)|RemoteDisconnected|ConnectionResetError/,
    faultClasses: ["dependency-down"],
    blame: "peer",
    source: "errno(3); Node http, undici; libpq; nginx; Envoy; MySQL 2006, 2013; Go io; Python http.client",
  },
  // Took too long: who, not why.
  {
    pattern:
      /\bETIMEDOUT\b|\bESOCKETTIMEDOUT\b|\bECONNABORTED\b|timed? ?out|context deadline exceeded|DEADLINE_EXCEEDED|i\/o timeout|TimeoutException|TimeoutError|TimeoutExpired|UND_ERR_(?:HEADERS|BODY|CONNECT)_TIMEOUT|aborted due to timeout|HttpClient\.Timeout|gateway time-?out|status(?: code)?[ =:]+504\b/,
    faultClasses: [],
    blame: "peer",
    source: "errno(3); Go context; gRPC; JDK; undici, axios; Python; .NET; RFC 9110 section 15.6.5",
  },
  {
    pattern:
      /circuit ?breaker[^.]{0,60}(?:open|tripped)|BrokenCircuitException|CallNotPermittedException|service unavailable|bad gateway|status(?: code)?[ =:]+50[023]\b|responded with (?:http status code )?50\d/,
    faultClasses: [],
    blame: "peer",
    source: "resilience4j, Polly, opossum; RFC 9110 section 15.6",
  },
  // The program itself.
  {
    pattern:
      /event loop (?:is |was |has been )?blocked|thread \S+ (?:has been )?blocked for|blocked-at|vertx-blocked-thread/,
    faultClasses: ["event-loop-blocked"],
    blame: "speaker",
    source: "Vert.x BlockedThreadChecker; blocked-at",
  },
  {
    pattern:
      /relation "[^"]*" does not exist|column "?[\w.]+"? (?:of relation "[^"]*" )?does not exist|unknown column|no such (?:table|column)|table '[^']*' doesn't exist|ORA-00942|ORA-00904|invalid (?:object|column) name|\b42P01\b|\b42703\b/,
    faultClasses: ["bad-release"],
    blame: "speaker",
    source:
      "PostgreSQL errcodes 42P01, 42703; MySQL 1054, 1146; SQLite; Oracle; SQL Server 207, 208: program and schema do not fit",
  },
  {
    pattern:
      /cannot read propert(?:y|ies) of (?:undefined|null)|is not a function|is not defined|NullPointerException|nil pointer dereference|invalid memory address|index out of (?:range|bounds)|ArrayIndexOutOfBounds|IndexError|KeyError|AttributeError|NameError|ReferenceError|TypeError|NoMethodError|ClassCastException|NoSuchMethodError|ClassNotFoundException|NullReferenceException|UnboundLocalError|AssertionError|unhandled(?:promise)?rejection|panic: runtime error/,
    faultClasses: ["bad-release"],
    blame: "speaker",
    source: "ECMAScript; JDK; Go runtime; CPython; Ruby; .NET: mistakes of programming",
  },
  {
    pattern:
      /missing (?:required )?(?:environment variable|config|setting|property)|(?:environment variable|setting|property) \S+ (?:is )?(?:not set|missing|required)|invalid (?:configuration|config|value for)|could not resolve placeholder|configuration error|EADDRINUSE|address already in use/,
    faultClasses: ["bad-configuration"],
    blame: "speaker",
    source: "dotenv, envalid, viper, pydantic; Spring; errno(3)",
  },
];
