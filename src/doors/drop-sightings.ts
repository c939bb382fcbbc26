import type { Change } from "../core/workload.ts";

/** A roll-out takes minutes, and labels are read at intervals: so far apart may two sources tell the same release. */
const sameReleaseMilliseconds = 3 * 60_000;

/**
 * A release that one source only saw (a new version in some label, nobody's name, no content) and another one tells is one
 * release: the telling one stays. What only was seen stays where nobody tells more.
 */
export function dropSightings(changes: Change[]): Change[] {
  const told = changes.filter((change) => isRelease(change) && !isSighting(change));
  return changes.filter(
    (change) =>
      !isRelease(change) ||
      !isSighting(change) ||
      !told.some(
        (other) =>
          other.source !== change.source &&
          Math.abs(other.at - change.at) <= sameReleaseMilliseconds &&
          other.entityIds.some((id) => change.entityIds.includes(id)),
      ),
  );
}

const isRelease = ({ kind }: Change): boolean => kind === "deploy" || kind === "rollback";

const isSighting = ({ actor, commit, diff }: Change): boolean =>
  actor === "unknown" && commit === null && diff === null;
