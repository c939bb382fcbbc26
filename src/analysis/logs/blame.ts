import type { Entity } from "../../core/entity.ts";
import type { FaultClass } from "../../core/fault.ts";
import type { Scope } from "../../core/scope.ts";
import type { ErrorWording } from "./error-vocabulary.ts";
import { addressesIn, entitiesNamedIn, portsOf } from "./name-in-text.ts";

/** `faultClass` null: the words say who failed, not how. `isNameOnly`: a name was not found, whoever's trouble that is. */
export type Blame = { blamed: Entity; faultClass: FaultClass | null; isNameOnly: boolean };

/** Whom the words blame. Nobody where they blame a peer that nobody can tell. */
export function blame(wording: ErrorWording, about: { words: string; speaker: Entity; scope: Scope }): Blame[] {
  const { speaker, scope, words } = about;
  const classes: (FaultClass | null)[] = wording.faultClasses.length > 0 ? wording.faultClasses : [null];
  const all = (blamed: Entity): Blame[] =>
    classes.map((faultClass) => ({ blamed, faultClass: outside(blamed, faultClass), isNameOnly: false }));
  // A server that says it in its own log speaks of itself.
  if (wording.blame === "speaker" || wording.peerKinds?.includes(speaker.kind)) return all(speaker);
  if (wording.blame === "name-server") {
    const servers = scope.entities.filter(({ kind }) => kind === "dns");
    return classes.flatMap((faultClass): Blame[] => {
      const blamed = faultClass === "dns-failure" && servers.length > 0 ? servers : [speaker];
      return blamed.map((each) => ({
        blamed: each,
        faultClass,
        isNameOnly: wording.faultClasses.includes("wrong-address"),
      }));
    });
  }
  const named = entitiesNamedIn(words, speaker, scope);
  const fitting = wording.peerKinds ? named.filter(({ kind }) => wording.peerKinds?.includes(kind)) : named;
  const [peer] = fitting.length > 0 ? fitting : onlyPeer(wording, speaker, scope);
  if (wording.faultClasses.includes("dependency-down") && isNobodysPort(words, scope))
    return [{ blamed: speaker, faultClass: "wrong-address", isNameOnly: false }];
  return peer ? all(peer) : [];
}

/** The one thing of the fitting kind that the speaker calls, when there is exactly one. */
function onlyPeer(wording: ErrorWording, speaker: Entity, scope: Scope): Entity[] {
  if (!wording.peerKinds) return [];
  const called = new Set(scope.edges.filter(({ from }) => from === speaker.id).map(({ to }) => to));
  const fitting = scope.entities.filter(({ id, kind }) => called.has(id) && wording.peerKinds?.includes(kind));
  return fitting.length === 1 ? fitting : [];
}

/** Most of an estate's ports must be known before an unknown one says anything. */
const leastKnownShare = 0.8;

/** The text names a port on which nothing in an otherwise known estate listens. */
function isNobodysPort(words: string, scope: Scope): boolean {
  const ports = addressesIn(words).flatMap(({ port }) => (port === null ? [] : [port]));
  if (ports.length === 0) return false;
  const known = scope.entities.filter((entity) => portsOf(entity).size > 0);
  if (known.length < 3 || known.length < leastKnownShare * scope.entities.length) return false;
  return ports.every((port) => known.every((entity) => !portsOf(entity).has(port)));
}

/** What does not answer and is somebody else's is their outage. */
function outside(blamed: Entity, faultClass: FaultClass | null): FaultClass | null {
  if (blamed.kind !== "external") return faultClass;
  return faultClass === "dependency-down" ? "third-party-outage" : faultClass;
}
