import type { EntityId } from "../../core/entity.ts";
import { endsOf, type Level } from "./graph-levels.ts";

/** Calls towards one entity, as its callers see them. */
export type Calls = { key: string; caller: EntityId; callee: EntityId; level: Level };

export function callsTo(levels: ReadonlyMap<string, Level>, callee: EntityId): Calls[] {
  return [...levels]
    .map(([key, level]) => ({ key, ...endsOf(key), level }))
    .filter((call) => call.callee === callee)
    .sort((left, right) => (left.caller < right.caller ? -1 : 1));
}

export function callsFrom(levels: ReadonlyMap<string, Level>, caller: EntityId): Calls[] {
  return [...levels]
    .map(([key, level]) => ({ key, ...endsOf(key), level }))
    .filter((call) => call.caller === caller)
    .sort((left, right) => (left.callee < right.callee ? -1 : 1));
}
