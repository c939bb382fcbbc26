import { cellSeconds } from "./simulate-signals.ts";

/** 2026-03-01T03:00:00Z. */
export const now = 1_772_334_000_000;
export const windowSeconds = 1800;
export const cells = windowSeconds / cellSeconds;
export const from = now - windowSeconds * 1000;
