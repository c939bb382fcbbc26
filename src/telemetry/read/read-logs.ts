import type { LogReader, SourceAnswer } from "../../core/capability.ts";
import type { Entity } from "../../core/entity.ts";
import type { Gap, LogLine, LogSeverity, LogTemplateCount } from "../../core/observation.ts";
import type { Database } from "../../store/database.ts";
import { gridOf } from "./grid.ts";

/** Templates answered for one question; those with most failing traces, then most lines, come first. */
const MOST_TEMPLATES = 2_000;

type TemplateRow = {
  id: string;
  service: string;
  namespace: string;
  severity: LogSeverity;
  template: string;
  exception: { type: string; frames: string[] } | null;
  example: string;
  merged_into: string | null;
  first_seen_at: number;
};

export function createLogReader(database: Database): LogReader {
  return {
    readTemplates: (request) => guarded(() => readTemplates(database, request)),
    readLines: (request) => guarded(() => readLines(database, request)),
  };
}

async function readTemplates(
  database: Database,
  { entities, window, stepSeconds }: Parameters<LogReader["readTemplates"]>[0],
): Promise<SourceAnswer<LogTemplateCount[]>> {
  const grid = gridOf(window, stepSeconds);
  const services = servicesOf(entities);
  const templates = await database.query<TemplateRow>(
    "select id, service, namespace, severity, template, exception, example, merged_into, first_seen_at from templates where service = any($1)",
    [services],
  );
  const byId = new Map(templates.map((template) => [template.id, template]));
  const rows = await database.query<{
    template_id: string;
    cell: number;
    version: string | null;
    instance: string | null;
    count: number;
    failing: number;
  }>(
    `select c.template_id, ((c.bucket_at - $2) / $4)::integer as cell, r.version, r.instance, sum(c.count)::float8 as count,
       sum(c.failing_traces)::float8 as failing
     from log_counts c join resources r on r.id = c.resource_id
     where c.bucket_at >= $2 and c.bucket_at < $3 and c.template_id = any($1) group by 1, 2, 3, 4`,
    [[...byId.keys()], grid.startAt, grid.endAt, grid.stepMilliseconds],
  );
  const body: LogTemplateCount[] = [];
  const gaps: Gap[] = [];
  for (const entity of entities) {
    const answers = new Map<string, LogTemplateCount>();
    for (const row of rows) {
      const seen = byId.get(row.template_id);
      if (!seen || !isOf(entity, seen.service, seen.namespace)) continue;
      if (entity.kind === "instance" && row.instance !== entity.attributes["service.instance.id"]) continue;
      const template = (seen.merged_into === null ? undefined : byId.get(seen.merged_into)) ?? seen;
      let answer = answers.get(template.id);
      if (!answer) {
        answer = {
          templateId: template.id,
          entityId: entity.id,
          template: template.template,
          severity: template.severity,
          exception: template.exception,
          startAt: grid.startAt,
          stepSeconds: grid.stepSeconds,
          counts: new Array<number>(grid.length).fill(0),
          firstSeenAt: template.first_seen_at,
          failingTraces: 0,
          versions: {},
          example: seen.example,
        };
        answers.set(template.id, answer);
      }
      answer.firstSeenAt = Math.min(answer.firstSeenAt, seen.first_seen_at);
      answer.counts[row.cell] = (answer.counts[row.cell] ?? 0) + row.count;
      answer.failingTraces = (answer.failingTraces ?? 0) + row.failing;
      if (row.version !== null) answer.versions[row.version] = (answer.versions[row.version] ?? 0) + row.count;
    }
    const ranked = [...answers.values()].sort((left, right) => weight(right) - weight(left)).slice(0, MOST_TEMPLATES);
    body.push(...ranked);
    if (ranked.length === 0) gaps.push(gapOf(entity, templates));
  }
  return answerOf(body, gaps, `log templates of ${services.join(", ")}, ${grid.stepSeconds} s`);
}

function weight(template: LogTemplateCount): number {
  return (template.failingTraces ?? 0) * 1e6 + template.counts.reduce((sum, count) => sum + count, 0);
}

async function readLines(
  database: Database,
  { entities, window, templateId, limit }: Parameters<LogReader["readLines"]>[0],
): Promise<SourceAnswer<LogLine[]>> {
  const services = servicesOf(entities);
  const rows = await database.query<{
    at: number;
    severity: LogSeverity;
    text: string;
    trace_id: string | null;
    attributes: Record<string, string>;
    service: string;
    namespace: string;
    instance: string | null;
  }>(
    `select l.at, l.severity, l.text, l.trace_id, l.attributes, r.service, r.namespace, r.instance
     from log_lines l join resources r on r.id = l.resource_id
     where r.service = any($1) and l.at >= $2 and l.at < $3
       and ($4::text is null or l.template_id in (select id from templates where id = $4 or merged_into = $4))
     order by l.at desc limit $5`,
    [services, Math.floor(window.from), Math.ceil(window.to), templateId, Math.min(Math.max(1, limit), 5_000)],
  );
  const body: LogLine[] = [];
  for (const row of rows) {
    const entity = entities.find(
      (each) =>
        isOf(each, row.service, row.namespace) &&
        (each.kind !== "instance" || each.attributes["service.instance.id"] === row.instance),
    );
    if (!entity) continue;
    const { at, severity, text, trace_id, attributes } = row;
    body.push({ entityId: entity.id, at, severity, text, traceId: trace_id, attributes });
  }
  const templates = await database.query<{ service: string; namespace: string }>(
    "select distinct service, namespace from templates where service = any($1)",
    [services],
  );
  const gaps = entities
    .filter(({ id }) => !body.some((line) => line.entityId === id))
    .map((entity) => gapOf(entity, templates));
  return answerOf(body.reverse(), gaps, `sampled log lines of ${services.join(", ")}`);
}

function servicesOf(entities: Entity[]): string[] {
  return entities.flatMap(({ attributes }) => attributes["service.name"] ?? []);
}

function isOf(entity: Entity, service: string, namespace: string): boolean {
  const wanted = entity.attributes["service.namespace"];
  return entity.attributes["service.name"] === service && (wanted === undefined || wanted === namespace);
}

function gapOf(entity: Entity, templates: { service: string; namespace: string }[]): Gap {
  const hasLogs = templates.some(({ service, namespace }) => isOf(entity, service, namespace));
  return hasLogs
    ? { entityId: entity.id, status: "empty", why: `${entity.name} wrote nothing in the window` }
    : { entityId: entity.id, status: "unmapped", why: `no logs were ever received of ${entity.name}` };
}

/** One status for the whole from what there is and what is missing. */
export function answerOf<Item>(body: Item[], gaps: Gap[], query: string): SourceAnswer<Item[]> {
  const isTainted = true;
  if (body.length > 0)
    return { status: gaps.length > 0 ? "partial" : "data", body, gaps, query, isTainted, ...whyOf(gaps) };
  const status = gaps.length > 0 && gaps.every((gap) => gap.status === "unmapped") ? "unmapped" : "empty";
  return { status, body: status === "unmapped" ? null : body, gaps, query, isTainted, ...whyOf(gaps) };
}

function whyOf(gaps: Gap[]): { why?: string } {
  const [first] = gaps;
  if (!first) return {};
  return { why: gaps.length === 1 ? first.why : `${first.why}, and ${gaps.length - 1} more` };
}

/** A reader never throws for what its source says: a database that is away is an answer too. */
export async function guarded<Body>(read: () => Promise<SourceAnswer<Body>>): Promise<SourceAnswer<Body>> {
  try {
    return await read();
  } catch (error) {
    return {
      status: "failed",
      body: null,
      gaps: [],
      why: `the telemetry database did not answer: ${error instanceof Error ? error.message : error}`,
    };
  }
}
