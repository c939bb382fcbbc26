import type { ChangeReader } from "../../core/capability.ts";
import { type Change, type ChangeKind, changeKinds } from "../../core/workload.ts";
import { instantOf } from "../../formats/alertmanager-payload.ts";
import { findWorkload, type PlatformApi } from "./api.ts";
import type { PlatformChange } from "./contract.ts";

const mostAtOnce = 500;
const mostPages = 10;

/**
 * The platform's change log, with differences. Without entities everything in the window; with entities what touched
 * them, and what touched nobody in particular (a flag of all, a schedule).
 */
export function readChanges(api: PlatformApi, connection: string): ChangeReader["readChanges"] {
  return async ({ entities, window }) => {
    const workloads = entities.length === 0 ? null : await api.workloads();
    if (workloads?.kind === "trouble") return workloads.answer;
    const owners = new Map<string, string[]>();
    for (const entity of entities) {
      const workload = findWorkload(workloads?.data ?? [], entity);
      if (workload) owners.set(workload.name, [...(owners.get(workload.name) ?? []), entity.id]);
    }
    const found = new Map<string, Change>();
    let since = window.from;
    let isCut = false;
    for (let page = 0; page < mostPages; page += 1) {
      const parameters = {
        since: new Date(since).toISOString(),
        until: new Date(window.to).toISOString(),
        limit: String(mostAtOnce),
      };
      const reading = await api.changes(parameters);
      if (reading.kind === "trouble") return reading.answer;
      const before = found.size;
      for (const change of reading.data.changes) {
        const at = instantOf(change.at);
        if (at === null || at < window.from || at > window.to) continue;
        since = Math.max(since, at);
        const touched = change.workload === null ? [] : (owners.get(change.workload) ?? null);
        if (entities.length > 0 && touched === null) continue;
        found.set(change.id, toChange(change, at, touched ?? [], connection));
      }
      isCut = reading.data.truncated;
      if (!isCut || (found.size === before && reading.data.changes.length === 0)) break;
    }
    const changes = [...found.values()].sort((left, right) => left.at - right.at);
    const query = `GET /v1/changes?since=${new Date(window.from).toISOString()}&until=${new Date(window.to).toISOString()}`;
    const about = { query, gaps: [], isTainted: true };
    if (isCut)
      return {
        status: "partial",
        body: changes,
        why: "the platform has more changes in this window than it gives",
        ...about,
      };
    return { status: changes.length > 0 ? "data" : "empty", body: changes, ...about };
  };
}

function toChange(change: PlatformChange, at: number, entityIds: string[], connection: string): Change {
  return {
    id: `${connection}/${change.id}`,
    source: connection,
    kind: changeKinds.includes(change.kind as ChangeKind) ? (change.kind as ChangeKind) : "other",
    at,
    entityIds,
    key: change.key,
    actor: change.actor,
    summary:
      change.workload !== null && !change.summary.includes(change.workload)
        ? `${change.workload}: ${change.summary}`
        : change.summary,
    before: change.before ?? null,
    after: change.after ?? null,
    commit: change.commit,
    diff: change.diff,
    link: null,
  };
}
