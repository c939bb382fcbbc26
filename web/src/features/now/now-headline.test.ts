import { describe, expect, it } from "vitest";
import type { IncidentLine, NowView } from "../../../../src/server/views.ts";
import { nowHeadline, nowSub, unseenSentence } from "./now-headline.ts";

const night = new Date(2026, 10, 21, 3, 7).getTime();
const day = new Date(2026, 10, 21, 14, 7).getTime();
const lines = (...phases: IncidentLine["phase"][]) =>
  ({ incidents: phases.map((phase) => ({ phase })), graph: { nodes: [{}] } }) as NowView;

describe("the first line", () => {
  it("names what waits for a person first", () => {
    expect(nowHeadline(lines("waiting-for-approval", "needs-a-person", "needs-a-person", "watching"), night)).toBe(
      "One fix waits for you. Two more need somebody before morning.",
    );
  });
  it("by day does not speak of the morning", () => {
    expect(nowHeadline(lines("needs-a-person"), day)).toBe("One incident needs somebody.");
  });
  it("says that midwatch is on it when nothing needs a person", () => {
    expect(nowHeadline(lines("investigating"), day)).toBe("Nothing needs you yet. midwatch is on one incident.");
  });
  it("says that nothing needs you", () => {
    expect(nowHeadline(lines(), day)).toBe("Nothing needs you.");
    expect(nowHeadline(lines("watching"), day)).toBe("Nothing needs you. One is still watched.");
  });
});

it("says that it sees nothing where nothing is connected", () => {
  const view = { incidents: [], graph: { nodes: [] } } as unknown as NowView;
  expect(nowHeadline(view, day)).toBe("midwatch sees nothing yet.");
});

describe("the line under it", () => {
  const view = (...states: string[]) =>
    ({
      graph: {
        nodes: states.map((state, index) => ({
          state,
          entity: { id: `s${index}`, name: `s${index}`, kind: "service" },
        })),
        edges: [],
      },
      keptQuiet: { total: 0 },
    }) as unknown as NowView;
  it("names where users are hurt", () => {
    expect(nowSub(view("failing", "healthy"), day)).toBe("Users are hurt in one place: s0.");
  });
  it("never calls healthy what nobody can see", () => {
    expect(nowSub(view("healthy", "unknown"), day)).toBe(
      "Everything that can be seen is as usual. Nothing can be seen of s1.",
    );
    expect(nowSub(view("unknown"), day)).toBe("");
  });
  it("counts what stands on the map: the headline, the graph page and the drawing say the same", () => {
    const carried = view("healthy", "unknown", "unknown");
    carried.graph.nodes[2]!.entity.kind = "proxy";
    expect(nowSub(carried, day)).toBe("Everything that can be seen is as usual. Nothing can be seen of s1.");
  });
  it("names a few of what cannot be seen, and counts the rest", () => {
    expect(unseenSentence(["a", "b"])).toBe("Nothing can be seen of a and b.");
    expect(unseenSentence(["a", "b", "c", "d"])).toBe("Nothing can be seen of a, b, c and d.");
    expect(unseenSentence(["a", "b", "c", "d", "e"])).toBe("Nothing can be seen of a, b, c and two more.");
  });
});
