/** What a process of midwatch can do. One process does everything unless `--role` says otherwise. */
export type Part =
  /** The page and its API, and the data folder that the command line reads. */
  | "page"
  /** Ways in for senders. */
  | "intake"
  /** OTLP telemetry and what its rules find. */
  | "receiver"
  /** What there is, what changes and what fires, asked of every connection. */
  | "discovery"
  /** Triage, the life of incidents, messages to people. */
  | "investigations"
  /** The only writer. */
  | "hand";

const everything: Part[] = ["page", "intake", "receiver", "discovery", "investigations", "hand"];

const partsByRole = {
  all: everything,
  web: ["page", "intake"],
  ingest: ["intake", "receiver", "discovery"],
  worker: ["investigations"],
  hand: ["hand"],
} satisfies Record<string, Part[]>;

export type Role = keyof typeof partsByRole;
export const roles = Object.keys(partsByRole) as Role[];

/** Tells what a process of this role does. */
export function partsOf(role: Role): (part: Part) => boolean {
  const parts: Part[] = partsByRole[role];
  return (part) => parts.includes(part);
}
