type Audited = { kind: string; subject: string; body: Record<string, unknown> };

/** One entry of the audit as a person reads it; the entry itself keeps every detail. Pure. */
export function auditSentence({ kind, subject, body }: Audited): string {
  const said = (field: string) => (typeof body[field] === "string" && body[field] !== "" ? String(body[field]) : null);
  switch (kind) {
    case "access":
      return said("what") ?? "access";
    case "kill-switch":
      return withWhy(body["isEngaged"] === true ? "stopped all writes" : "let writes go on again", said("reason"));
    case "act":
      return `${actSentence(body, said)}${whichOf(subject, body)}`;
    default:
      return [kind.replaceAll("-", " "), said("what") ?? said("state"), subject, said("reason") ?? said("why")]
        .filter((part) => part !== null && part !== "")
        .join(", ");
  }
}

function actSentence(body: Audited["body"], said: (field: string) => string | null): string {
  switch (body["step"]) {
    case "ruled": {
      const ruling = body["ruling"] as { kind?: string; why?: string } | undefined;
      return withWhy(`policy says ${ruling?.kind ?? "nothing"}`, ruling?.why ?? null);
    }
    case "prepared": {
      const action = body["action"] as { kind?: string; target?: string } | undefined;
      const undo = body["inverse"] ? ", its undo armed" : "";
      return `begins: ${(action?.kind ?? "an action").replaceAll("-", " ")} of ${action?.target ?? "something"}${undo}`;
    }
    case "refused":
      return withWhy("nothing done", said("why"));
    case "finished":
      return withWhy(said("result") ?? "finished", said("why"));
    default:
      return withWhy("act", said("why"));
  }
}

/** `, undo for inc-5ijz2q4e`: keys begin with the incident's id and end with what was asked. */
function whichOf(subject: string, body: Audited["body"]): string {
  const incident =
    typeof body["incidentId"] === "string" ? body["incidentId"] : (/^inc-[^-]+/.exec(subject)?.[0] ?? null);
  return `, ${subject.endsWith("-undo") ? "undo" : "fix"}${incident ? ` for ${incident}` : ""}`;
}

function withWhy(sentence: string, why: string | null): string {
  return why === null || why === "" ? sentence : `${sentence}: ${why}`;
}
