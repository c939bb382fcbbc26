import type { Predicate } from "../../core/predicate.ts";
import type { Names } from "./references.ts";

/** A predicate in short, for people who want to know what was checked: `p99 request.latency(checkout) ≥ 0.8`. */
export function predicateText(predicate: Predicate, names: Names): string {
  switch (predicate.kind) {
    case "value":
      return `${signal(predicate, names)} ${sign(predicate.operator)} ${short(predicate.threshold)}`;
    case "changed":
      return `${signal(predicate, names)} ${predicate.direction === "up" ? "rose" : "fell"} by ≥ ${short(predicate.minimumChange)}`;
    case "trend":
      return `slope(${signal(predicate, names)}) ≥ ${short(predicate.minimumSlopePerSecond)}/s`;
    case "log":
      return `count(log ${predicate.templateId.slice(0, 8)}, ${names(predicate.entityId).name}) ≥ ${predicate.atLeast}${
        predicate.baselineAtMost === null ? "" : `, before ≤ ${short(predicate.baselineAtMost)}`
      }`;
    case "field":
      return `${names(predicate.entityId).name}.${predicate.path} ${sign(predicate.operator)} ${String(predicate.value)}`;
    case "change":
      return `change ${predicate.changeId.slice(0, 12)} happened in the window`;
    case "absent":
      return `no ${predicate.what.replaceAll("-", " ")} of ${names(predicate.entityId).name}`;
    case "edge":
      return `${names(predicate.from).name} ${predicate.type.replaceAll("-", " ")} ${names(predicate.to).name}`;
    case "before":
      return `${predicate.what}: intervals do not touch`;
    case "all":
      return predicate.of.map((part) => predicateText(part, names)).join(" and ");
  }
}

type SignalPredicate = Extract<Predicate, { kind: "value" | "changed" | "trend" }>;

function signal({ statistic, concept, entityId, where }: SignalPredicate, names: Names): string {
  const kept = Object.entries(where).map(
    ([dimension, value]) => `, ${dimension}=${dimension === "peer" ? names(value).name : value}`,
  );
  return `${statistic} ${concept}(${names(entityId).name}${kept.join("")})`;
}

const signs: Record<string, string> = { ">=": "≥", "<=": "≤", "!=": "≠" };

function sign(operator: string): string {
  return signs[operator] ?? operator;
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : Number(value.toPrecision(3)).toString();
}
