import { defineConfig } from "vitest/config";
import e2e from "./vitest.e2e.config.ts";

/** `npm run drill:actions`: a quarter of an hour and more on the running lab; not part of `npm run e2e`. */
export default defineConfig({ ...e2e, test: { ...e2e.test, include: ["drills/**/*.drill.ts"] } });
