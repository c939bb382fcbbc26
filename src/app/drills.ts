import type { DrillRunner } from "../core/capability.ts";
import type { Drills } from "./midwatch.ts";

export function createDrills(platform: string, runner: DrillRunner, onChange: () => void): Drills {
  return {
    list: async () => ({ platform, ...(await runner.list()) }),
    start: async (id, parameters) => {
      await runner.start(id, parameters);
      onChange();
    },
    heal: async () => {
      await runner.heal();
      onChange();
    },
  };
}
