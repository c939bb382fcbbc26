/**
 * Every error that midwatch shows to a person: a permanent code, what happened and why, the way out.
 * `docs/generated/errors.md` and `midwatch explain` are generated from here.
 */
type ErrorDefinition = {
  title: string;
  retryable: boolean;
  message: (details: Record<string, string | number>) => string;
  wayOut: string;
};

const register = {
  MW_CONFIG_INVALID: error(
    "The configuration has a mistake",
    false,
    (d) => `${d["problem"]}`,
    "Mend what stands there (file:line:column), then run `midwatch config check`.",
  ),
  MW_CONFIG_NOT_FOUND: error(
    "The configuration file cannot be read",
    false,
    (d) => `${d["file"]}: ${d["problem"]}.`,
    "Give the right path. Without a configuration file midwatch runs with defaults.",
  ),
  MW_CONFIG_SECRET_MISSING: error(
    "A secret that the configuration names cannot be read",
    false,
    (d) => `${d["problem"]}`,
    "Set the environment variable or create the file, readable for midwatch only.",
  ),
  MW_START_FAILED: error(
    "Something that starts with midwatch did not start",
    false,
    (d) => `${d["what"]} did not start: ${d["problem"]}`,
    "Mend what it says, then start again; `midwatch serve` starts midwatch alone.",
  ),
  MW_PORT_IN_USE: error(
    "The port is taken",
    false,
    (d) => `Port ${d["port"]} on ${d["host"]} is taken by another program.`,
    "Stop that program, or take another port: --port for the page, `telemetry.port` in midwatch.yaml for telemetry.",
  ),
  MW_LISTEN_FAILED: error(
    "midwatch cannot listen there",
    false,
    (d) => `midwatch cannot listen at ${d["host"]}, port ${d["port"]}: ${d["problem"]}`,
    "Give an address of this machine (--host 127.0.0.1) and a free port above 1023 (--port 7300).",
  ),
  MW_HOST_NEEDS_TLS: error(
    "Beyond this machine the page needs TLS",
    false,
    (d) => `At ${d["host"]} others could read the page and its sign-in links on their way.`,
    "Put a TLS proxy in front and write its https address as `server.publicUrl` in midwatch.yaml; or listen at 127.0.0.1.",
  ),
  MW_ALREADY_RUNNING: error(
    "midwatch already runs on this data folder",
    false,
    (d) => `Process ${d["pid"]} runs midwatch on ${d["directory"]}.`,
    "Use that one (`midwatch open`), stop it, or start with --data and another folder.",
  ),
  MW_INSTANCE_OF_OTHER: error(
    "This midwatch belongs to another user",
    false,
    (d) => `${d["file"]} may be read only by the user who started midwatch.`,
    "Run the command as that user, or name the server with --server and a token in MIDWATCH_TOKEN.",
  ),
  MW_DATA_NO_PERMISSION: error(
    "The data folder cannot be written",
    false,
    (d) => `${d["directory"]}: ${d["problem"]}`,
    "Give this user the right to write there, or start with --data and another folder.",
  ),
  MW_DATA_UNREACHABLE: error(
    "The database's user cannot reach the data folder",
    false,
    (d) => `PostgreSQL must not run as root and runs as ${d["user"]}, who cannot enter ${d["directory"]}.`,
    "Start with --data and a folder that other users may enter, such as /var/lib/midwatch, or start midwatch as an ordinary user.",
  ),
  MW_DISK_FULL: error(
    "The disk is full",
    false,
    (d) => `There is no room left on the disk of ${d["directory"]}.`,
    "Make room; what runs goes on by itself, what has ended is started again. Nothing that was answered is lost.",
  ),
  MW_STORE_URL_INVALID: error(
    "The database's address is no URL of a PostgreSQL",
    false,
    () => "What stands in `database.url` (or --database) is no URL of a PostgreSQL.",
    "Write postgresql://user:password@host:5432/database, with %40 for an @ in the password.",
  ),
  MW_STORE_UNREACHABLE: error(
    "The database does not answer",
    true,
    (d) => `PostgreSQL at ${d["where"]} does not answer: ${d["problem"]}`,
    "Check that it runs and that the URL in `database.url` is right; `midwatch doctor` tries it again.",
  ),
  MW_STORE_REFUSED: error(
    "The database does not let midwatch in",
    false,
    (d) => `PostgreSQL at ${d["where"]} refuses: ${d["problem"]}`,
    "Check user, password and database name of `database.url` (or --database).",
  ),
  MW_STORE_NO_PERMISSION: error(
    "The database's user lacks a right",
    false,
    (d) => `PostgreSQL at ${d["where"]} refuses: ${d["problem"]}`,
    "Make the user of `database.url` the owner of its database: alter database … owner to …",
  ),
  MW_STORE_START_FAILED: error(
    "The embedded database did not start",
    false,
    (d) => `PostgreSQL did not start in ${d["directory"]}: ${d["problem"]}`,
    "Its own words are in postgres.log in the data folder.",
  ),
  MW_STORE_LOCKED: error(
    "Another process holds the database's data folder",
    true,
    (d) => `${d["directory"]} is in use by process ${d["pid"]}.`,
    "Stop that process, or start with --data and another folder.",
  ),
  MW_STORE_BUSY: error(
    "Another midwatch holds the database while it starts",
    true,
    (d) => `Another midwatch has been bringing the database up to date for more than ${d["seconds"]} s.`,
    "Wait until it is ready, or end it when it hangs, then start again.",
  ),
  MW_STORE_TOO_OLD: error(
    "The database server is too old",
    false,
    (d) => `PostgreSQL ${d["version"]} answers; midwatch needs 15 or newer.`,
    "Upgrade that server, or leave `database.url` away to use the embedded one.",
  ),
  MW_STORE_SCHEMA_NEWER: error(
    "The database was written by a newer midwatch",
    false,
    (d) => `The schema is at ${d["found"]}, this midwatch knows up to ${d["known"]}.`,
    "Start the newer midwatch again, or restore a backup from before the upgrade.",
  ),
  MW_STORE_MIGRATION_FAILED: error(
    "The database could not be brought up to date",
    false,
    (d) => `Step ${d["number"]} (${d["name"]}) failed: ${d["problem"]}`,
    "Nothing of that step was kept. Where tables were changed by hand, restore a backup; otherwise report it.",
  ),
  MW_STORE_SCHEMA_FOREIGN: error(
    "The database holds something else",
    false,
    (d) => `The database ${d["database"]} has tables that midwatch did not make.`,
    "Give midwatch a database of its own.",
  ),
  MW_STORE_VERSION_MISMATCH: error(
    "The data folder belongs to another PostgreSQL version",
    false,
    (d) => `${d["directory"]} was made by PostgreSQL ${d["found"]}; this midwatch brings ${d["known"]}.`,
    "Start the midwatch that made it and back it up, or start with --data and an empty folder.",
  ),
  MW_NO_BINARY: error(
    "There is no embedded PostgreSQL for this machine",
    false,
    (d) => `No embedded PostgreSQL is shipped for ${d["platform"]}.`,
    "Name an external PostgreSQL (15 or newer) in `database.url`.",
  ),
  MW_PAYLOAD_INVALID: error(
    "What was sent cannot be understood",
    false,
    (d) => `${d["where"]}: ${d["problem"]}`,
    "Mend the sender; what was sent is kept, redacted, under Alerts.",
  ),
  MW_PAYLOAD_TOO_LARGE: error(
    "What was sent is too large",
    false,
    (d) => `${d["size"]} bytes were sent; at most ${d["limit"]} are taken.`,
    "Send it in parts.",
  ),
  MW_UNAUTHORIZED: error(
    "Nobody is signed in, or the token is not known",
    false,
    () => "This needs a session or a token.",
    "Run `midwatch open` for a sign-in link; senders put their token into `Authorization: Bearer …`.",
  ),
  MW_FORBIDDEN: error(
    "This person or token may not do that",
    false,
    (d) => `${d["who"]} may not ${d["what"]}.`,
    "Ask an administrator of this midwatch for the right.",
  ),
  MW_REQUEST_INVALID: error(
    "A request is not what its address takes",
    false,
    (d) => `${d["where"]}: ${d["problem"]}`,
    "Mend the request; `/api/openapi.json` says what each address takes.",
  ),
  MW_NO_SUCH_ADDRESS: error(
    "There is no such address",
    false,
    (d) => `Nothing is served at ${d["path"]}.`,
    "`/api/openapi.json` lists the addresses. OTLP goes to the port of telemetry, 4318 unless set otherwise.",
  ),
  MW_METHOD_NOT_ALLOWED: error(
    "An address is not asked that way",
    false,
    (d) => `${d["path"]} does not take ${d["method"]}.`,
    "Ask with one of the methods that the header `Allow` names; `/api/openapi.json` says what for.",
  ),
  MW_NOT_FOUND: error(
    "There is no such thing",
    false,
    (d) => `There is no ${d["what"]}.`,
    "Look it up in its list: `midwatch incidents`, `midwatch alerts`.",
  ),
  MW_NO_DRILLS: error(
    "Nothing here may be broken on purpose",
    false,
    () => "No connected platform lets itself be broken.",
    "Start the shop that may be with `npm start`, or say `drills: true` of a platform that serves them (docs/platform-api.md).",
  ),
  MW_NO_ALERT: error(
    "No alert came of a drill",
    false,
    (d) => `${d["drill"]}: no alert within ${d["seconds"]} s.`,
    "Look with `midwatch doctor` whether telemetry arrives; `midwatch heal` mends what was broken.",
  ),
  MW_KEPT_QUIET: error(
    "Nothing was opened for what was sent",
    false,
    (d) => `It was taken and kept quiet: ${d["why"]}`,
    "Say more in `context`, or look at a service by name: `midwatch investigate --service NAME`.",
  ),
  MW_NO_ANSWER: error(
    "There is no answer within the time",
    true,
    (d) => `${d["incident"]} has no answer after ${d["seconds"]} s.`,
    "It goes on by itself: look with `midwatch show`, or give it longer with --within.",
  ),
  MW_BUSY: error(
    "midwatch cannot take more at the moment",
    true,
    (d) => `${d["what"]} is at its limit.`,
    "Send it again after the time in the Retry-After header: nothing was taken.",
  ),
  MW_PLAN_CHANGED: error(
    "The plan is no longer the one that was shown",
    false,
    (d) => `The plan is now ${d["now"]}, the approval was for ${d["was"]}.`,
    "Look at the incident again and decide on what it shows now.",
  ),
  MW_QUESTION_CHANGED: error(
    "The question is no longer the one that was shown",
    false,
    (d) => `${d["incident"]} asks ${d["now"]}.`,
    "Look at the incident again and answer what it asks now.",
  ),
  MW_PLAN_EXPIRED: error(
    "The proposal has expired",
    false,
    (d) => `It held until ${d["at"]}.`,
    "Ask for a new investigation; the world may have moved on.",
  ),
  MW_INCIDENT_CLOSED: error(
    "The incident is closed",
    false,
    (d) => `Incident ${d["id"]} is closed; nothing joins it any more.`,
    "Name an open incident (`midwatch incidents --open`), or say that it is a matter of its own.",
  ),
  MW_WRITES_STOPPED: error(
    "All writes are stopped",
    false,
    (d) => `${d["who"]} stopped all writes at ${d["at"]}.`,
    "`midwatch stop-all --release` lets writes through again.",
  ),
  MW_SERVER_UNREACHABLE: error(
    "midwatch does not answer",
    true,
    (d) => `${d["problem"]}`,
    "Start it with `npm start` or `midwatch serve`; where it runs on another data folder or machine, say --data or --server.",
  ),
  MW_SERVER_FOREIGN: error(
    "What answers is no midwatch",
    false,
    (d) => `${d["url"]} answers, but not as midwatch does.`,
    "Check the address: it is the one that `midwatch serve` prints, without a path. A proxy in between must let /api through.",
  ),
  MW_INTEGRATION_UNAUTHORIZED: error(
    "A connection's credentials were refused",
    false,
    (d) => `${d["integration"]} answered ${d["status"]} to our credentials.`,
    "Renew the token, then run `midwatch doctor`.",
  ),
  MW_INTEGRATION_UNREACHABLE: error(
    "A connection does not answer",
    true,
    (d) => `${d["integration"]} does not answer: ${d["problem"]}`,
    "Check the address and that it runs, then run `midwatch doctor`.",
  ),
  MW_AUDIT_BROKEN: error(
    "The audit log was changed",
    false,
    (d) => `Entry ${d["entry"]} does not follow from the one before it.`,
    "Treat this database as tampered with: compare it with the anchor file and a backup.",
  ),
  MW_USAGE: error(
    "The command was not understood",
    false,
    (d) => `${d["problem"]}`,
    "`midwatch --help` shows how it is used.",
  ),
  MW_INTERNAL: error(
    "A mistake in midwatch itself",
    true,
    (d) => `${d["problem"]}`,
    "Please report it with the text of this message; the incident goes on where it was.",
  ),
} satisfies Record<string, ErrorDefinition>;

function error(
  title: string,
  retryable: boolean,
  message: ErrorDefinition["message"],
  wayOut: string,
): ErrorDefinition {
  return { title, retryable, message, wayOut };
}

export type ErrorCode = keyof typeof register;
export const errorCodes = Object.keys(register) as ErrorCode[];

export type MidwatchError = Error & {
  code: ErrorCode;
  details: Record<string, string | number>;
  wayOut: string;
  retryable: boolean;
};

/** To be thrown. Never put a secret into `details`. */
export function midwatchError(
  code: ErrorCode,
  details: Record<string, string | number> = {},
  cause?: unknown,
): MidwatchError {
  const definition = register[code];
  const thrown = new Error(definition.message(details), cause === undefined ? undefined : { cause });
  return Object.assign(thrown, { code, details, wayOut: definition.wayOut, retryable: definition.retryable });
}

/** Match by code, never by class: durable replay revives a plain Error. */
export function hasCode(thrown: unknown, code: ErrorCode): boolean {
  return typeof thrown === "object" && thrown !== null && "code" in thrown && thrown.code === code;
}

export function isMidwatchError(thrown: unknown): thrown is MidwatchError {
  return (
    typeof thrown === "object" && thrown !== null && "code" in thrown && errorCodes.includes(thrown.code as ErrorCode)
  );
}

export function explainError(code: ErrorCode): { code: ErrorCode; title: string; wayOut: string; retryable: boolean } {
  const { title, wayOut, retryable } = register[code];
  return { code, title, wayOut, retryable };
}
