import { onsetOf } from "../analysis/statistics/onset.ts";
import { shiftOf } from "../analysis/statistics/shift.ts";
import { percent, perSecond, seconds } from "../analysis/words.ts";
import type { Answer, Hypothesis } from "../core/answer.ts";
import type { EntityId } from "../core/entity.ts";
import { isReadable, type Observation } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import type { Series } from "../core/series.ts";
import { isStandIn } from "../core/told.ts";
import type { GraphRelations } from "./graph-relations.ts";
import { toldHeadline } from "./told-words.ts";

type Input = {
  scope: Scope;
  relations: GraphRelations;
  observations: readonly Observation[];
  top: Hypothesis | null;
};

/** Everything whose requests fail, slow down or stay away now, with how it hangs together with the cause. */
export function drawBlastRadius({ scope, relations, observations, top }: Input): Answer["blastRadius"] {
  const path = new Set(top?.path ?? []);
  return scope.entities
    .map(({ id }) => ({ id, hurt: isStandIn(id) ? toldOf(id, scope) : hurtOf(id, scope, observations) }))
    .map(({ id, hurt }): Answer["blastRadius"][number] => {
      if (top && id === top.entityId) return { entityId: id, role: "cause", sentence: hurt };
      if (path.has(id)) return { entityId: id, role: "path", sentence: hurt };
      const isConnected =
        !top || relations.callersOf(top.entityId).has(id) || relations.calleesOf(top.entityId).has(id);
      return { entityId: id, role: hurt !== null && isConnected ? "victim" : "usual", sentence: hurt };
    })
    .filter(({ role, sentence }) => role !== "usual" || sentence !== null || scope.entities.length <= mostListed);
}

/** What no source knows is hurt as far as was told. */
function toldOf(entityId: EntityId, { told = [] }: Scope): string | null {
  const first = told.find(({ entityIds }) => entityIds.includes(entityId));
  const said = first ? toldHeadline({ ...first, environment: null, since: null }) : null;
  return said === null ? null : `as told: ${said}`;
}

/** Beyond this many entities the untouched ones are left out. */
const mostListed = 60;

/** METHODS 3: beyond 4 robust standard deviations; and more than half a per cent, or 10 ms and a fifth. */
function hurtOf(entityId: EntityId, scope: Scope, observations: readonly Observation[]): string | null {
  const from = scope.onset ? scope.onset.latest : scope.baseline.to;
  const window = { from: Math.min(from, scope.now - 60_000), to: scope.now };
  const errors = seriesOf("request.error_ratio", entityId, observations);
  if (errors) {
    const shift = shiftOf(errors, { baseline: scope.baseline, window, minimumScale: 0.005 });
    if (shift && shift.z >= 4) return `${percent(shift.now)} of requests fail; usually ${percent(shift.usual.median)}`;
  }
  const latency = seriesOf("request.latency", entityId, observations);
  if (latency) {
    const shift = shiftOf(latency, { baseline: scope.baseline, window, minimumScale: 0.01 });
    const isSlower = shift && shift.z >= 4 && shift.now > 1.2 * shift.usual.median;
    if (isSlower && onsetOf(latency, { direction: "up" })) {
      return `requests take ${seconds(shift.now)}; usually ${seconds(shift.usual.median)}`;
    }
  }
  const rate = seriesOf("request.rate", entityId, observations, "rate");
  if (rate) {
    const shift = shiftOf(rate, { baseline: scope.baseline, window, minimumScale: 0.05 });
    if (shift && shift.z <= -4 && shift.now <= 0.5 * shift.usual.median)
      return `${perSecond(shift.now)} requests come; usually ${perSecond(shift.usual.median)}`;
  }
  return null;
}

function seriesOf(
  concept: string,
  entityId: EntityId,
  observations: readonly Observation[],
  statistic = "mean",
): Series | null {
  for (const observation of observations) {
    const { request, body } = observation;
    if (!isReadable(observation) || request.kind !== "series" || body?.kind !== "series") continue;
    if (request.concept !== concept || request.statistic !== statistic || request.keep.length > 0) continue;
    const found = body.series.find((series) => series.entityId === entityId);
    if (found) return found;
  }
  return null;
}
