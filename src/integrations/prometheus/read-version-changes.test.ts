import { describe, expect, it } from "vitest";
import type { MetricsReader } from "../../core/capability.ts";
import type { ConceptId } from "../../core/concept.ts";
import type { Entity } from "../../core/entity.ts";
import { readVersionChanges } from "./read-version-changes.ts";

const entity = (name: string): Entity => ({
  id: name,
  kind: "service",
  name,
  environment: "",
  attributes: {},
  business: null,
});
const minute = 60_000;
const start = 1_700_000_100_000; // a multiple of a quarter of a minute
const window = { from: start, to: start + 10 * minute };

/** Which versions serve when: minutes from the start of the window, by entity, as the metrics of one concept say. */
type Served = Record<string, Record<string, [from: number, to: number][]>>;

function readerOf(concept: ConceptId, served: Served, asked: unknown[] = []): MetricsReader["readSeries"] {
  return async (request) => {
    asked.push(request);
    const steps = Math.floor((request.window.to - request.window.from) / 1000 / request.stepSeconds);
    const series = request.entities.flatMap(({ id }) =>
      Object.entries(request.concept === concept ? (served[id] ?? {}) : {}).map(([version, times]) => ({
        entityId: id,
        dimensions: version === "" ? {} : { version },
        startAt: request.window.from,
        stepSeconds: request.stepSeconds,
        values: Array.from({ length: steps }, (_, step) => {
          const at = (request.window.from - start) / minute + (step * request.stepSeconds) / 60;
          const isThere = times.some(([from, to]) => at + request.stepSeconds / 60 > from && at < to);
          return isThere ? 1 : null;
        }),
      })),
    );
    return { status: series.length > 0 ? "data" : "unmapped", body: series, gaps: [] };
  };
}

const changesOf = async (served: Served, { concept = "up" as ConceptId, among = ["cart"], within = window } = {}) =>
  readVersionChanges(
    readerOf(concept, served),
    "prometheus/main",
    () => within.to,
  )({ entities: among.map(entity), window: within });

describe("releases as version labels tell them", () => {
  it("a version that takes over is a deployment, from the moment that it can have been there", async () => {
    const { status, body } = await changesOf({ cart: { "1.0": [[0, 5]], "1.1": [[4.8, 10]] } });
    expect(status).toBe("data");
    expect(body).toMatchObject([
      {
        source: "prometheus/main",
        kind: "deploy",
        at: start + 4.75 * minute,
        entityIds: ["cart"],
        before: { version: "1.0" },
        after: { version: "1.1" },
        diff: null,
      },
    ]);
  });

  it("a version that comes back is a roll-back", async () => {
    const { body } = await changesOf({
      cart: {
        "1.0": [
          [0, 3],
          [6, 10],
        ],
        "1.1": [[3, 6]],
      },
    });
    expect(body?.map(({ kind, after }) => [kind, after])).toEqual([
      ["deploy", { version: "1.1" }],
      ["rollback", { version: "1.0" }],
    ]);
  });

  it("a version beside the old one is a deployment: a canary", async () => {
    const { body } = await changesOf({ cart: { "1.0": [[0, 10]], "1.1": [[7, 10]] } });
    expect(body).toMatchObject([{ kind: "deploy", at: start + 7 * minute }]);
  });

  it("what was there first, and what only missed a scrape, is no change", async () => {
    const first = await changesOf({ cart: { "1.0": [[2, 10]] } });
    expect(first).toMatchObject({ status: "empty", body: [] });
    const missed = await changesOf({
      cart: {
        "1.0": [[0, 10]],
        "1.1": [
          [0, 4],
          [4.4, 10],
        ],
      },
    });
    expect(missed.body).toEqual([]);
  });

  it("a service that nobody asks for a while goes on with the version that it had", async () => {
    const { body } = await changesOf({
      cart: {
        "1.0": [[0, 2]],
        "1.1": [
          [2, 4],
          [7, 10],
        ],
      },
    });
    expect(body).toMatchObject([{ kind: "deploy", after: { version: "1.1" } }]);
  });

  it("where the targets carry no version, the requests that they serve may", async () => {
    const { body } = await changesOf({ cart: { v1: [[0, 5]], v2: [[5, 10]] } }, { concept: "request.rate" });
    expect(body).toHaveLength(1);
  });

  it("no version anywhere is unmapped; a service without one beside others is just not told about", async () => {
    expect(await changesOf({ cart: { "": [[0, 10]] } })).toMatchObject({ status: "unmapped", body: null });
    const some = await changesOf({ cart: { "1.0": [[0, 10]] } }, { among: ["cart", "pay"] });
    expect(some).toMatchObject({ status: "empty", gaps: [] });
  });

  it("over a day the beginning is found as exactly, and the change has the same name", async () => {
    const served: Served = { cart: { "1.0": [[-1400, 5]], "1.1": [[5, 10]] } };
    const day = { from: window.to - 1440 * minute, to: window.to };
    const [close] = (await changesOf(served)).body ?? [];
    const [far] = (await changesOf(served, { within: day })).body ?? [];
    expect(close?.at).toBe(start + 5 * minute);
    expect(far?.at).toBe(close?.at);
    expect(far?.id).toBe(close?.id);
  });

  it("asked again within seconds it asks nobody", async () => {
    const asked: unknown[] = [];
    const reader = readVersionChanges(
      readerOf("up", { cart: { "1.0": [[0, 10]] } }, asked),
      "prometheus/main",
      () => window.to,
    );
    await reader({ entities: [entity("cart")], window });
    await reader({ entities: [entity("cart")], window: { from: window.from + 3000, to: window.to + 3000 } });
    expect(asked).toHaveLength(1);
  });

  it("a refusal is a refusal", async () => {
    const denied = readVersionChanges(
      async () => ({ status: "denied", body: null, why: "not let in", gaps: [] }),
      "prometheus/main",
      () => window.to,
    );
    expect(await denied({ entities: [entity("cart")], window })).toMatchObject({ status: "denied", why: "not let in" });
  });
});
