import { defineFault, pairs } from "./define-fault.ts";

/** The backup runs in the middle of the day with many workers, and the database has little left for anybody else. */
export const noisyBackup = defineFault({
  id: "noisy-backup",
  title: "A backup that takes the database for itself",
  leavesChange: false,
  targets: () => ["database"],
  defaultTarget: "database",
  magnitude: { default: 40, min: 16, max: 60, unit: "workers" },
  truth: ({ target, estate, nameOf }) => [
    ...pairs(nameOf(target), "noisy-neighbour"),
    ...pairs(estate.schedules.backup.name, "noisy-neighbour"),
  ],
  hasFix: ["schedule"],
  inject: (context, { magnitude }) => context.backup.start(Math.round(magnitude)),
  recover: (context) => context.backup.stop(),
});
