import { z } from "zod";
import { categories, overruleVerdicts } from "../../core/item.ts";
import { buildRecordLine, buildRefusedLine } from "../build/alert-line.ts";
import { namesOf, timestamp } from "../build/references.ts";
import { personOf } from "../guard.ts";
import type { Routes, Running } from "../server-types.ts";
import type { AlertLine, AlertsView, FacetCount } from "../views.ts";

const several = z
  .union([z.string(), z.array(z.string())])
  .optional()
  .transform((value) => (value === undefined ? [] : [value].flat()));
const dayMilliseconds = 86_400_000;
const mostRead = 2000;
const pageRows = 100;

const outcomeLabels: Record<AlertLine["outcome"], string> = {
  opened: "opened an incident",
  joined: "joined an incident",
  resolved: "resolved",
  "kept-quiet": "kept quiet",
  refused: "not understood",
  pending: "just came in",
};

/** What came in, what was done with each, and why. */
export function addAlertRoutes(routes: Routes, running: Running): void {
  routes.get(
    "/api/v1/alerts",
    {
      schema: {
        querystring: z.object({
          outcome: several,
          category: several,
          source: several,
          q: z.string().optional(),
          since: z.iso.datetime().optional(),
          cursor: z.iso.datetime().optional(),
        }),
      },
    },
    async (request): Promise<AlertsView> => {
      const midwatch = running();
      const { outcome, category, source, q, cursor } = request.query;
      const since =
        request.query.since === undefined ? midwatch.now() - dayMilliseconds : Date.parse(request.query.since);
      const names = namesOf(midwatch.estate.entities());
      const records = await midwatch.intake.list({
        since,
        limit: mostRead,
        ...(cursor === undefined ? {} : { before: Date.parse(cursor) }),
      });
      const refused = (await midwatch.intake.listRefused(pageRows)).filter(
        ({ receivedAt }) => receivedAt >= since && (cursor === undefined || receivedAt < Date.parse(cursor)),
      );
      const lines = [...records.map((record) => buildRecordLine(record, names)), ...refused.map(buildRefusedLine)].sort(
        (left, right) => right.receivedAt.localeCompare(left.receivedAt),
      );
      const wanted = (q ?? "").toLowerCase();
      const matching = lines.filter(
        (line) =>
          (outcome.length === 0 || outcome.includes(line.outcome)) &&
          (category.length === 0 || category.includes(line.category)) &&
          (source.length === 0 || source.includes(line.source)) &&
          `${line.title} ${line.entity?.name ?? ""} ${line.reason}`.toLowerCase().includes(wanted),
      );
      const shown = matching.slice(0, pageRows);
      const { total, paged } = await midwatch.intake.count(since);
      const overruled = lines.filter((line) => line.overruled !== null && line.overruled.verdict !== "right");
      return {
        since: timestamp(since),
        total,
        pagedCount: paged,
        overruled: {
          count: overruled.length,
          decisions: lines.length,
          days: Math.max(1, Math.round((midwatch.now() - since) / dayMilliseconds)),
        },
        facets: {
          outcome: facet(
            lines,
            (line) => line.outcome,
            (value) => outcomeLabels[value as AlertLine["outcome"]],
          ),
          category: facet(
            lines,
            (line) => line.category,
            (value) => value,
          ).filter(({ value }) => (categories as readonly string[]).includes(value)),
          source: facet(
            lines,
            (line) => line.source,
            (value) => value,
          ),
        },
        alerts: shown,
        matching: matching.length,
        nextCursor: matching.length > shown.length ? (shown.at(-1)?.receivedAt ?? null) : null,
      };
    },
  );

  routes.post(
    "/api/v1/alerts/:itemId/overrule",
    {
      schema: {
        params: z.object({ itemId: z.string() }),
        body: z
          .object({
            verdict: z.enum(overruleVerdicts),
            why: z.string().max(2000).nullable().default(null),
            incidentId: z.string().optional(),
          })
          .refine(({ verdict, incidentId }) => (verdict === "belongs-to") === (incidentId !== undefined), {
            path: ["incidentId"],
            message: "belongs-to needs the incident that it belongs to, and nothing else does",
          }),
      },
    },
    async (request): Promise<AlertLine> => {
      const { verdict, why, incidentId = null } = request.body;
      const midwatch = running();
      const record = await midwatch.intake.overrule(
        request.params.itemId,
        { verdict, why, incidentId },
        personOf(request),
      );
      return buildRecordLine(record, namesOf(midwatch.estate.entities()));
    },
  );
}

function facet(lines: AlertLine[], pick: (line: AlertLine) => string, label: (value: string) => string): FacetCount[] {
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(pick(line), (counts.get(pick(line)) ?? 0) + 1);
  return [...counts]
    .map(([value, count]) => ({ value, label: label(value), count }))
    .sort((left, right) => right.count - left.count);
}
