import type { Family, Labels } from "./exposition.ts";

/** One running process of the shop, as the lab names it. */
export type Instance = { id: string; service: string; version: string; address: string };

/** How an estate names what it measures. */
export type Words = {
  name: string;
  /** What a service is called here. */
  nameOf(service: string): string;
  /** Alert rules in these words: failing requests, and slow ones. */
  rules: string;
  /** Concepts of midwatch's that nothing here tells: they must read unmapped. */
  unmapped: string[];
};

/** Other words than the shop's own, and how to say in them what it says. */
export type Vocabulary = Words & {
  /** Labels of an instance's target; null: one target speaks for all, as an exporter does that everybody sends to. */
  targetLabels: ((instance: Instance) => Labels) | null;
  /** What the instance says, in these words. What they have no name for is left out. */
  redraw(families: Family[], instance: Instance): Family[];
};

/** Two ordinary rules over a ratio of failing requests and a quantile of their duration, for each of what `label` names. */
export function requestRules(words: {
  label: string;
  count: string;
  failed: string;
  bucket: string;
  /** In the unit of the metric: slow enough that a busy machine alone does not fire it. */
  slow: number;
  unit: string;
}): string {
  const { label, count, failed, bucket, slow, unit } = words;
  return `groups:
  - name: shop
    rules:
      - alert: HighErrorRatio
        expr: >-
          sum by (${label}) (rate(${failed}[20s])) / sum by (${label}) (rate(${count}[20s])) > 0.05
        for: 4s
        labels: { severity: critical }
        annotations: { summary: "{{ $labels.${label} }} answers {{ $value | humanizePercentage }} of its requests with an error" }
      - alert: SlowRequests
        expr: histogram_quantile(0.95, sum by (${label}, le) (rate(${bucket}[20s]))) > ${slow}
        for: 6s
        labels: { severity: warning }
        annotations: { summary: "95 of 100 requests to {{ $labels.${label} }} take up to {{ $value | humanize }} ${unit}" }
`;
}

/** The service behind an address of the shop: its first part. */
export const serviceOf = (address: string): string => address.split(/[.:]/)[0] ?? address;
