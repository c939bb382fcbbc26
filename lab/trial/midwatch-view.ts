import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FixSeen, Look, ShownCause } from "./score.ts";

/** The part of midwatch's HTTP API that the trial reads: what anybody sees on the page. */
type IncidentLine = {
  id: string;
  title: string;
  openedAt: string;
  entity: { name: string } | null;
  verdict: string | null;
  phase: string;
  mergedInto: unknown;
};
type IncidentView = {
  line: IncidentLine;
  headline: { verdict: string | null; isFinal: boolean };
  suspects: { id: string; kind: string; entity: { name: string; kind: string } | null; probability: number }[];
  fix: { state: FixSeen["state"]; status?: string; plan?: { id: string; digest: string; kind: string } };
  sight: { gaps: { title: string; status: string }[] };
  alerts: { startsAt: string; receivedAt: string; entity: { name: string } | null }[];
};

export type SeenIncident = {
  look: Look;
  fix: FixSeen;
  plan: { id: string; digest: string } | null;
  planStatus: string | null;
  /** What it says nobody could see, because nothing tells it. */
  unmapped: string[];
  alertAt: number;
  alertingEntity: string | null;
};

export type MidwatchView = ReturnType<typeof connectMidwatch>;

/** Talks to the midwatch that runs on a data folder, with the token that it leaves there for its machine's operator. */
export function connectMidwatch(dataDirectory: string) {
  const ask = async <T>(method: "GET" | "POST", path: string, body?: unknown): Promise<T> => {
    const { url, token } = JSON.parse(readFileSync(join(dataDirectory, "instance.json"), "utf8")) as {
      url: string;
      token: string;
    };
    const response = await fetch(new URL(path, url), {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    if (!response.ok)
      throw new Error(
        `midwatch answered ${response.status} to ${method} ${path}: ${(await response.text()).slice(0, 300)}`,
      );
    return (await response.json()) as T;
  };
  const lines = async () => (await ask<{ incidents: IncidentLine[] }>("GET", "/api/v1/incidents")).incidents;

  return {
    isUp: () =>
      lines().then(
        () => true,
        () => false,
      ),
    openedSince: async (since: number) => (await lines()).filter((line) => Date.parse(line.openedAt) >= since),
    open: async () => (await lines()).filter((line) => line.phase !== "closed"),
    /** What an incident shows now; seconds count from `onsetAt`. */
    async see(id: string, onsetAt: number): Promise<SeenIncident> {
      const view = await ask<IncidentView>("GET", `/api/v1/incidents/${encodeURIComponent(id)}`);
      const firstAlert = view.alerts[0];
      return {
        look: {
          seconds: Math.max(0, (Date.now() - onsetAt) / 1000),
          incidentId: id,
          // What went into another incident is answered there.
          isConcluded: view.headline.verdict !== null && view.headline.isFinal && view.line.mergedInto === null,
          causes: causesOf(view),
        },
        fix: { state: view.fix.state, kind: view.fix.plan?.kind ?? null, works: null },
        plan: view.fix.plan ? { id: view.fix.plan.id, digest: view.fix.plan.digest } : null,
        planStatus: view.fix.status ?? null,
        unmapped: view.sight.gaps.filter(({ status }) => status === "unmapped").map(({ title }) => title),
        alertAt: Date.parse(firstAlert?.receivedAt ?? view.line.openedAt),
        alertingEntity: (firstAlert?.entity ?? view.line.entity)?.name ?? null,
      };
    },
    /** What `midwatch doctor` says of a connection. */
    test: (connection: string) =>
      ask<{ sees: string[] }>("POST", `/api/v1/connections/${encodeURIComponent(connection)}/test`, {}),
    approve: (id: string, plan: { id: string; digest: string }) =>
      ask<unknown>("POST", `/api/v1/incidents/${encodeURIComponent(id)}/approve`, {
        planId: plan.id,
        planDigest: plan.digest,
        answer: "approved",
        why: "trial",
      }),
    stopAll: () => ask<unknown>("POST", "/api/v1/stop-all", { stop: true }),
  };
}

/** Suspects in order of probability; the fault class is the first part of a hypothesis' id. What is left for "unknown" is no cause. */
function causesOf(view: IncidentView): ShownCause[] {
  return view.suspects
    .filter((suspect) => suspect.kind === "hypothesis" && suspect.entity !== null)
    .map((suspect) => ({
      entity: suspect.entity?.name ?? "",
      faultClass: suspect.id.split("@")[0] ?? "",
      probability: suspect.probability,
    }))
    .sort((a, b) => b.probability - a.probability);
}
