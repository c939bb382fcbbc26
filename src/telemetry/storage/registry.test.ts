import fc from "fast-check";
import { expect, it } from "vitest";
import type { AttributeValue } from "../otlp/received.ts";
import { defaultLimits } from "../settings.ts";
import { createRegistry } from "./registry.ts";

const metric = { name: "requests", kind: "sum", unit: "1", temporality: "cumulative", isMonotonic: true };

it("finds the same series in whatever order its points come", () => {
  const value: fc.Arbitrary<AttributeValue> = fc.oneof(
    fc.constantFrom<AttributeValue[]>("a", "b", "1", 1, true, "true", null),
    fc.constant<AttributeValue>(["a"]),
  );
  const point = fc.record({
    name: fc.constantFrom("requests", "errors"),
    kind: fc.constantFrom("sum", "gauge"),
    temporality: fc.constantFrom("delta", "cumulative"),
    attributes: fc.dictionary(fc.constantFrom("x", "y", "constructor"), value),
  });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), fc.array(fc.nat()), (points, order) => {
      const registry = createRegistry(defaultLimits);
      const resource = registry.resourceOf({ "service.name": "a" }, 0);
      const bare = createRegistry(defaultLimits); // never sees two in the same order, so it never guesses
      for (const turn of [...points.keys(), ...points.keys(), ...order]) {
        const { name, kind, temporality, attributes } = points[turn % points.length] as (typeof points)[number];
        const asked = { ...metric, name, kind, temporality };
        const fresh = bare.resourceOf({ "service.name": `${turn}` }, 0);
        if (!resource || !fresh) throw new Error("there is room");
        const found = registry.seriesOf(resource, asked, attributes, 0);
        expect(found?.identity).toBe(bare.seriesOf(fresh, asked, attributes, 0)?.identity);
        expect(resource.series.get(found?.identity ?? "")).toBe(found);
      }
    }),
  );
});

it("takes no series for another that has fewer or more labels", () => {
  const registry = createRegistry(defaultLimits);
  const resource = registry.resourceOf({ "service.name": "a" }, 0);
  if (!resource) throw new Error("there is room");
  const labels: Record<string, string>[] = [{ x: "1" }, { x: "1", y: "2" }, {}];
  const ids = (list: Record<string, string>[]) => list.map((one) => registry.seriesOf(resource, metric, one, 0)?.id);
  expect(ids(labels)).toEqual([1, 2, 3]);
  expect(ids([...labels, ...labels].reverse())).toEqual([3, 2, 1, 3, 2, 1]);
});
