import type { SourceAnswer, WorkloadReader } from "../../core/capability.ts";
import type { Gap } from "../../core/observation.ts";
import type { Workload } from "../../core/workload.ts";
import { instantOf } from "../../formats/alertmanager-payload.ts";
import { findWorkload, type PlatformApi, type Reading } from "./api.ts";
import type { PlatformFlag, PlatformSchedule, PlatformWorkload } from "./contract.ts";

/** The state of the workloads that the entities are: instances, limits, versions, flags and schedules. */
export function readWorkloads(
  api: PlatformApi,
  connection: string,
  now: () => number,
): WorkloadReader["readWorkloads"] {
  return async ({ entities }) => {
    const [listed, flags, schedules] = await Promise.all([api.workloads(), api.flags(), api.schedules()]);
    if (listed.kind === "trouble")
      return {
        ...listed.answer,
        gaps: entities.map(
          ({ id }): Gap => ({
            entityId: id,
            status: listed.answer.status === "denied" ? "denied" : "failed",
            why: listed.answer.why ?? "",
          }),
        ),
      };
    const gaps: Gap[] = [];
    const notes: string[] = [];
    if (flags.kind === "trouble") notes.push(flags.answer.why ?? "flags cannot be read");
    if (schedules.kind === "trouble") notes.push(schedules.answer.why ?? "schedules cannot be read");
    const found = await Promise.all(
      entities.map(async (entity): Promise<Workload | null> => {
        const workload = findWorkload(listed.data, entity);
        if (!workload) {
          gaps.push({
            entityId: entity.id,
            status: "unmapped",
            why: `${connection} runs nothing that is ${entity.name}`,
          });
          return null;
        }
        const versions = await api.versions(workload.name);
        if (versions.kind === "trouble") notes.push(versions.answer.why ?? "versions cannot be read");
        return toWorkload(
          workload,
          { entityId: entity.id, connection, at: now() },
          versions,
          dataOf(flags),
          dataOf(schedules),
        );
      }),
    );
    const body = found.filter((workload) => workload !== null);
    return concluded(body, gaps, notes);
  };
}

function dataOf<Item>(reading: Reading<Item[]>): Item[] {
  return reading.kind === "read" ? reading.data : [];
}

function concluded(body: Workload[], gaps: Gap[], notes: string[]): SourceAnswer<Workload[]> {
  const about = { gaps, query: "GET /v1/workloads, /v1/flags, /v1/schedules", isTainted: true };
  if (body.length === 0)
    return { status: "unmapped", body: null, why: "the platform runs none of what was asked about", ...about };
  if (notes.length > 0) return { status: "partial", body, why: [...new Set(notes)].join("; "), ...about };
  return { status: "data", body, ...about };
}

function toWorkload(
  workload: PlatformWorkload,
  about: { entityId: string; connection: string; at: number },
  versions: Awaited<ReturnType<PlatformApi["versions"]>>,
  flags: PlatformFlag[],
  schedules: PlatformSchedule[],
): Workload {
  return {
    ...about,
    target: workload.name,
    revision: workload.revision,
    version: workload.version,
    versions: dataOf(versions).map((version) => ({ ...version, deployedAt: instantOf(version.deployedAt) ?? 0 })),
    replicas: workload.replicas,
    instances: workload.instances.map((instance) => ({
      ...instance,
      startedAt: instantOf(instance.startedAt),
      lastExit: instance.lastExit ? { ...instance.lastExit, at: instantOf(instance.lastExit.at) ?? 0 } : null,
    })),
    limits: workload.limits,
    configuration: workload.configuration,
    flags: flags
      .filter((flag) => flag.workload === workload.name)
      .map(({ key, value, revision, changedAt }) => ({ key, value, revision, changedAt: instantOf(changedAt) })),
    schedules: schedules
      .filter((schedule) => schedule.workload === workload.name)
      .map(({ name, every, paused, running, lastStartedAt, revision }) => ({
        name,
        every,
        isPaused: paused,
        isRunning: running,
        lastStartedAt: instantOf(lastStartedAt),
        revision,
      })),
  };
}
