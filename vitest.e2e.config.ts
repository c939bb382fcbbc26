import { defineConfig } from "vitest/config";

/** `npm run e2e`: the built product with its lab, in a real browser. Minutes, not seconds; one after the other. */
export default defineConfig({
  test: {
    include: ["e2e/**/*.e2e.ts"],
    exclude: ["**/node_modules/**", "dist/**"],
    testTimeout: 300_000,
    hookTimeout: 180_000,
    maxWorkers: 1,
    fileParallelism: false,
    // Each test goes on where the one before it stopped.
    sequence: { concurrent: false, shuffle: false },
    bail: 0,
    reporters: ["default"],
  },
});
