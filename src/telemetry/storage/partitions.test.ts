import { describe, expect, it } from "vitest";
import { choosePartitionsToDrop, type Partition } from "./partitions.ts";

const hour = 3_600_000;
const now = 1_000 * hour;
const retention = { hours: 10, rawHours: 2, maximumBytes: 1_000 };
const partition = (table: Partition["table"], hoursAgo: number, bytes: number): Partition => ({
  table,
  name: `${table}_${hoursAgo}`,
  startAt: now - hoursAgo * hour,
  endAt: now - (hoursAgo - 1) * hour,
  bytes,
});
const dropped = (partitions: Partition[]) =>
  choosePartitionsToDrop(partitions, retention, now).drop.map(({ name }) => name);

describe("retention", () => {
  it("drops what is wholly too old, raw spans sooner than roll-ups", () => {
    expect(
      dropped([
        partition("spans", 4, 1),
        partition("spans", 2, 1),
        partition("rollups", 4, 1),
        partition("rollups", 12, 1),
      ]),
    ).toEqual(["spans_4", "rollups_12"]);
  });
  it("drops the oldest raw partitions first while the quota is exceeded", () => {
    expect(dropped([partition("points", 5, 500), partition("spans", 2, 500), partition("log_lines", 3, 500)])).toEqual([
      "log_lines_3",
    ]);
  });
  it("never drops what is being written, and says that the quota cannot be kept", () => {
    const { drop, isOver } = choosePartitionsToDrop(
      [partition("spans", 0.5, 5_000), partition("points", 5, 10)],
      retention,
      now,
    );
    expect(drop.map(({ name }) => name)).toEqual(["points_5"]);
    expect(isOver).toBe(true);
  });
});
