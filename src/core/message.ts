import type { Instant } from "./window.ts";

/** Something to say to people. Pages repeat until acknowledged, under one key; all else is said once. */
export type Message = {
  key: string;
  incidentId: string | null;
  urgency: "page" | "notice";
  title: string;
  lines: string[];
  link: string | null;
  createdAt: Instant;
};

export type Receipt = {
  messageKey: string;
  channel: string;
  /** `unknown`: it may have arrived; a page goes again, a notice does not. */
  fate: "sent" | "failed" | "unknown";
  attempts: number;
  at: Instant;
  why: string | null;
};
