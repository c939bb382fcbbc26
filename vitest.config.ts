import { defineConfig } from "vitest/config";
import { NoSkips } from "./tools/no-skips.ts";

export default defineConfig({
  test: {
    include: ["{src,packages,lab,tools}/**/*.test.ts", "web/src/**/*.test.{ts,tsx}"],
    exclude: ["**/node_modules/**", "dist/**"],
    globalSetup: ["./vitest.setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    reporters: [new NoSkips(), "default"],
  },
});
