/**
 * A process that starts PostgreSQL and then waits to be killed; for the tests of adoption and of two supervisors.
 * Arguments: data directory, optionally the native directory. Prints one line of JSON.
 */
import { PostgresError, startPostgres } from "./postgres.ts";

const [dataDirectory = "", nativeDirectory] = process.argv.slice(2);
try {
  const postgres = await startPostgres({ dataDirectory, name: "test", nativeDirectory });
  console.log(JSON.stringify({ pid: postgres.pid, socketDirectory: postgres.socketDirectory }));
  setInterval(() => {}, 60_000);
} catch (error) {
  console.log(JSON.stringify({ code: error instanceof PostgresError ? error.code : String(error) }));
}
