import { concept, type Draft, defineCheck, finding, quiet, unknown } from "../../core/check.ts";
import { entityOf } from "../../core/scope.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { onsetOf } from "../statistics/onset.ts";
import { percent, seconds } from "../words.ts";
import { attributeErrors } from "./attribute-errors.ts";
import { attributeTime } from "./attribute-time.ts";
import { edgeLevelsOf, levelsOf } from "./graph-levels.ts";
import { mostDeviant } from "./most-deviant.ts";
import { type Charge, onSymptomPath, type ServiceGraph } from "./service-graph.ts";

/**
 * Where the symptom's excess time and errors arise, without saying what the matter is there (METHODS 2): own time and
 * errors that begin in an entity, per request at the symptom; calls to things without telemetry of their own, and the
 * gap between caller and callee, charged to the callee. Where neither can be measured: the entity that deviates most,
 * inside and outside, less its own callees.
 */
export const serviceGraphAttribution = defineCheck({
  id: "service-graph-attribution",
  faultClass: null,
  appliesTo: "scope",
  needs: {
    rate: concept("request.rate"),
    latency: concept("request.latency"), // seconds
    errorRatio: concept("request.error_ratio"),
    selfTime: concept("request.self_time"), // seconds a request
    errorOrigin: concept("request.error_origin_rate"),
    callRate: concept("call.rate", { keep: ["peer"] }),
    callLatency: concept("call.latency", { keep: ["peer"] }), // seconds
    callErrors: concept("call.error_ratio", { keep: ["peer"] }),
    gap: concept("call.network_gap", { keep: ["peer"] }), // seconds
    cpu: concept("cpu.usage"),
    memory: concept("memory.working_set"),
    depth: concept("queue.depth"),
  },
  thresholds: {
    /** Less than a fifth of the excess is a bystander. */
    leastShare: 0.2,
    /** METHODS 2: anomalous beyond z = 5; a mean over several cells against its own scale is surer than one sample. */
    z: 4,
    /** Nobody feels less, and clocks within a host differ by about this. */
    leastSeconds: 0.003,
    /** One failure in two hundred requests. */
    leastErrorRatio: 0.005,
  },
  examine({ scope, ...readings }, thresholds) {
    const graph: ServiceGraph = {
      scope,
      path: onSymptomPath(scope),
      rate: levelsOf(readings.rate, scope, 0.05),
      latency: levelsOf(readings.latency, scope, 0.001),
      errorRatio: levelsOf(readings.errorRatio, scope, thresholds.leastErrorRatio, 0),
      selfTime: levelsOf(readings.selfTime, scope, 0.001),
      errorOrigin: levelsOf(readings.errorOrigin, scope, 0.02, 0),
      callRate: edgeLevelsOf(readings.callRate, scope, 0.05),
      callLatency: edgeLevelsOf(readings.callLatency, scope, 0.001),
      callErrors: edgeLevelsOf(readings.callErrors, scope, thresholds.leastErrorRatio, 0),
      gap: edgeLevelsOf(readings.gap, scope, 0.001),
    };
    const time = attributeTime(graph, thresholds);
    const errors = attributeErrors(graph, thresholds);
    const drafts = [...time, ...errors].map((charge) => say(graph, charge));
    if (drafts.length > 0) return drafts;
    const canSee = graph.latency.size > 0 || graph.errorRatio.size > 0;
    if (!canSee) return unknown(readings.latency.why ?? "neither latency nor errors of any entity can be seen");
    const deviant = mostDeviant(graph, { ...readings, z: thresholds.z });
    return deviant ? deviant : quiet("no entity's own time or errors left their usual range");
  },
});

function say(graph: ServiceGraph, charge: Charge): Draft {
  const { scope } = graph;
  const name = entityOf(scope, charge.entityId)?.name ?? charge.entityId;
  const { level, signal } = charge;
  const change = level.now - level.before;
  return finding({
    entity: charge.entityId,
    evidence: charge.evidence,
    effect: Math.min(1, charge.share),
    onset: onsetOf(level.series, { direction: "up" }),
    sentence: sentenceOf(graph, charge, name),
    predicate: predicate.changed(signal.entityId, signal.concept, signal.statistic, {
      direction: "up",
      minimumChange: change / 2,
      baseline: scope.baseline,
      window: windowNow(scope, level.series.stepSeconds),
      where: signal.peer ? { peer: signal.peer } : {},
    }),
    leads: scope.edges.some(({ from, to }) => from === charge.entityId || to === charge.entityId)
      ? []
      : [{ entityIds: [charge.entityId], why: `part of the trouble arises in ${name}` }],
  });
}

function sentenceOf({ scope }: ServiceGraph, { evidence, level, share, signal }: Charge, name: string): string {
  const caller = entityOf(scope, signal.entityId)?.name ?? signal.entityId;
  const of = `${percent(Math.round(Math.min(1, share) * 100) / 100)} of the excess arises there`;
  switch (signal.concept) {
    case "request.self_time":
      return `${name} itself takes ${seconds(level.now)} a request, usually ${seconds(level.before)}; ${of}`;
    case "request.latency":
      return `Requests to ${name} take ${seconds(level.now)}, usually ${seconds(level.before)}, and nothing that it calls is slower; ${of}`;
    case "call.latency":
      return `Calls from ${caller} to ${name} take ${seconds(level.now)}, usually ${seconds(level.before)}; ${of}`;
    case "call.network_gap":
      return `Between ${caller} and ${name} pass ${seconds(level.now)} a call, usually ${seconds(level.before)}; ${of}`;
    case "call.error_ratio": {
      const callee = signal.peer ? (entityOf(scope, signal.peer)?.name ?? signal.peer) : name;
      return `${percent(level.now)} of calls from ${caller} to ${callee} fail, usually ${percent(level.before)}; ${of}`;
    }
    default:
      return evidence === "error-origin"
        ? `Errors begin in ${name}; ${of}`
        : `${name} is outside its usual range; ${of}`;
  }
}
