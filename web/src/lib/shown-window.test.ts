import { expect, it } from "vitest";
import { shownWindow } from "./shown-window.ts";

const window = { from: "2026-11-21T13:00:00.000Z", to: "2026-11-21T14:00:00.000Z" };
const line = (values: (number | null)[]) => ({
  label: "",
  role: "signal" as const,
  startAt: window.from,
  stepSeconds: 600,
  values,
});

it("leaves out the time before anything was measured", () => {
  expect(shownWindow(window, [line([null, null, null, 1, 2, 3])], []).from).toBe("2026-11-21T13:28:12.000Z");
});
it("keeps a change that came before the first sample, and the whole window where nothing was measured", () => {
  expect(shownWindow(window, [line([null, null, null, 1])], [Date.parse(window.from)]).from).toBe(window.from);
  expect(shownWindow(window, [line([null])], [])).toEqual(window);
});
