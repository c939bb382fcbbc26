import { describe, expect, it } from "vitest";
import { findSameAlerts } from "./same-alert.ts";

const known: { labels: Record<string, string> }[] = [
  { labels: { alertname: "Slow", job: "cart", cluster: "eu" } },
  { labels: { alertname: "Slow", job: "checkout", cluster: "eu" } },
  { labels: { alertname: "Slow" } },
];
const find = findSameAlerts(known);

describe("the alert that a source tells", () => {
  it("is the one with all its labels, whatever else is known of it", () => {
    expect(find({ labels: { job: "cart", alertname: "Slow" } })).toEqual([known[0]]);
    expect(find({ labels: { alertname: "Slow", job: "checkout", cluster: "eu" } })).toEqual([known[1]]);
    expect(find({ labels: { alertname: "Slow", job: "cart", replica: "b" } })).toEqual([known[0]]);
  });

  it("is none where a label is another, is not known, or nothing has a name", () => {
    expect(find({ labels: { alertname: "Slow", job: "auth" } })).toEqual([]);
    expect(find({ labels: { alertname: "Slow", zone: "a" } })).toEqual([]);
    expect(find({ labels: { job: "cart" } })).toEqual([]);
  });

  it("is found among ten thousand at once", () => {
    const many = Array.from({ length: 10_000 }, (_, n) => ({
      labels: { alertname: "Down", pod: `${n}`, cluster: "eu" },
    }));
    const findOne = findSameAlerts(many);
    const found = many.filter(({ labels: { pod } }) => findOne({ labels: { alertname: "Down", pod } }).length === 1);
    expect(found).toHaveLength(10_000);
  });
});
