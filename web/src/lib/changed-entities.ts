import type { ChangeLine } from "../../../src/server/views.ts";

/** What a change is about: single instances only where nothing larger is named. */
export function changedEntities({ entities }: Pick<ChangeLine, "entities">): ChangeLine["entities"] {
  const larger = entities.filter(({ kind }) => kind !== "instance");
  return larger.length > 0 ? larger : entities;
}
