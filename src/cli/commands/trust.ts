import type { Command } from "commander";
import { explainError, midwatchError } from "../../core/errors.ts";
import type { AuditVerifyView, StopView } from "../../server/views.ts";
import { type ConnectionOptions, connectClient } from "../client.ts";
import { green, line, red } from "../terminal.ts";

export function addTrustCommands(program: Command): void {
  const globals = () => program.opts<ConnectionOptions & { json?: boolean }>();

  program
    .command("stop-all")
    .description("stop every write at once")
    .option("--release", "let writes through again")
    .action(async ({ release }: { release?: boolean }) => {
      const view = await connectClient(globals()).post<StopView>("/api/v1/stop-all", { stop: release !== true });
      if (globals().json) return line(JSON.stringify(view));
      line(view.isStopped ? red("All writes are stopped.") : green("Writes are allowed again, as policy says."));
    });

  program
    .command("audit")
    .description("the record of what was decided and done")
    .command("verify")
    .description("walk the whole chain and compare it with the anchor outside the database")
    .action(async () => {
      const view = await connectClient(globals()).post<AuditVerifyView>("/api/v1/audit/verify", {});
      line(
        globals().json
          ? JSON.stringify(view)
          : `${view.isUnbroken ? green("unbroken") : red("BROKEN")}  ${view.sentence}`,
      );
      if (view.isUnbroken) return;
      process.exitCode = 1;
      if (!globals().json) line(`MW_AUDIT_BROKEN  ${explainError("MW_AUDIT_BROKEN").wayOut}`);
    });

  program
    .command("open")
    .description("a new sign-in link, good once")
    .action(async () => {
      const client = connectClient(globals());
      const { token } = await client.post<{ token: string }>("/api/v1/sign-in-links", {});
      if (token === undefined) throw midwatchError("MW_INTERNAL", { problem: "The server gave no link." });
      const url = `${client.url}/sign-in?token=${token}`;
      line(globals().json ? JSON.stringify({ url }) : url);
    });
}
