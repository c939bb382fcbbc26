import type { IncomingItem, ItemSeverity } from "../core/item.ts";
import { figuresIn } from "../core/told.ts";

/** From here on most users are hurt: an outage, whatever it is called. */
const outageRatio = 0.5;

/**
 * How severe the numbers say it is, with the reason in words; null where they say nothing. Beyond what was promised to
 * users is high, most requests failing is critical; a number inside its own bound is no more than medium.
 */
export function severityOfFigures(
  item: Pick<IncomingItem, "numbers" | "status">,
): { severity: ItemSeverity; reason: string } | null {
  const figures = figuresIn(item);
  const failing = figures.find(({ concept, value }) => concept === "request.error_ratio" && value !== null);
  if (failing?.value != null && failing.value >= outageRatio)
    return { severity: "critical", reason: "most requests fail, as told" };
  const felt = figures.filter(({ concept }) => concept.startsWith("request."));
  if (felt.some((figure) => figure.isBeyond))
    return { severity: "high", reason: "what users feel is beyond its bound, as told" };
  if (figures.some((figure) => figure.isBeyond)) return { severity: "medium", reason: "beyond its bound, as told" };
  if (figures.some((figure) => figure.isBeyond === false))
    return { severity: "medium", reason: "inside its bound, as told" };
  return null;
}
