import { digestOf } from "../../core/canonical-json.ts";
import type { EntityId } from "../../core/entity.ts";
import type { LogTemplateCount } from "../../core/observation.ts";
import type { Estate } from "./estate-shape.ts";
import { seededRandom } from "./random.ts";
import { cellSeconds, type FailedCalls } from "./simulate-signals.ts";
import type { SimulatedFault } from "./simulated-faults.ts";
import { cells, from, now, windowSeconds } from "./simulated-time.ts";

const usualTexts = ["request handled in <*> ms", "cache refreshed", "health check answered"];

/** What everybody always logs, what the fault says, and what its callers say of their failed calls. */
export function templatesOf(
  estate: Estate,
  fault: SimulatedFault | null,
  failed: FailedCalls,
  beganAt: number,
): LogTemplateCount[] {
  const template = (
    entityId: EntityId,
    text: string,
    severity: LogTemplateCount["severity"],
    counts: number[],
    frames: string[] | null,
    began: boolean,
  ): LogTemplateCount => ({
    templateId: digestOf({ entityId, text }).slice(0, 12),
    entityId,
    template: text,
    severity,
    exception: frames ? { type: text.split(":")[0] ?? "Error", frames } : null,
    startAt: from,
    stepSeconds: cellSeconds,
    counts,
    firstSeenAt: began ? beganAt + 1000 : now - 8e8,
    failingTraces: severity === "error" ? counts.reduce((sum, amount) => sum + amount, 0) : null,
    versions: { "1.4.0": counts.reduce((sum, amount) => sum + amount, 0) },
    example: text.replaceAll("<*>", "42"),
  });
  const random = seededRandom(estate.seed + 5);
  const began = Math.floor((cells * (windowSeconds - (fault?.beganSecondsAgo ?? 0))) / windowSeconds);
  const usual = estate.entities
    .filter(({ entity }) => entity.kind !== "external")
    .flatMap(({ entity }) => [
      ...usualTexts.map((text) =>
        template(
          entity.id,
          text,
          "info",
          Array.from({ length: cells }, () => Math.round(random.between(0, 6))),
          null,
          false,
        ),
      ),
      template(
        entity.id,
        "slow answer from <*>, tried again",
        "warn",
        Array.from({ length: cells }, () => (random.next() < 0.03 ? 1 : 0)),
        null,
        false,
      ),
    ]);
  const stated = (fault?.logs ?? []).map(({ entityId, text, severity, perSecond, frames }) =>
    template(
      entityId,
      text,
      severity,
      Array.from({ length: cells }, (_, cell) =>
        cell >= began ? Math.round(perSecond * cellSeconds * random.noise(0.1)) : 0,
      ),
      frames ?? null,
      true,
    ),
  );
  const echoed = [...failed].flatMap(([key, { text, counts }]) => {
    const [caller = ""] = key.split(" ");
    const isStated = (fault?.logs ?? []).some((log) => log.entityId === caller);
    return isStated || counts.every((amount) => amount === 0)
      ? []
      : [
          template(
            caller,
            text,
            "error",
            counts,
            null,
            counts.slice(0, began).every((amount) => amount === 0),
          ),
        ];
  });
  return [...usual, ...stated, ...echoed];
}

/** The same counts in longer steps. */
export function regrid(templates: LogTemplateCount[], stepSeconds: number): LogTemplateCount[] {
  const factor = Math.max(1, Math.round(stepSeconds / cellSeconds));
  return templates.map((template) => ({
    ...template,
    stepSeconds: factor * cellSeconds,
    counts: Array.from({ length: Math.floor(cells / factor) }, (_, index) =>
      template.counts.slice(index * factor, (index + 1) * factor).reduce((sum, amount) => sum + amount, 0),
    ),
  }));
}
