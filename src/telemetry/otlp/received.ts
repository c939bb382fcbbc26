/** What a sender sent, decoded: the same whether it came as protobuf or JSON. Instants are milliseconds (with fraction). */
export type AttributeValue = string | number | boolean | null | AttributeValue[] | { [key: string]: AttributeValue };
export type Attributes = Record<string, AttributeValue>;

/** OTLP's numbers. */
export const spanKind = { unspecified: 0, internal: 1, server: 2, client: 3, producer: 4, consumer: 5 } as const;

export type ReceivedSpan = {
  /** Lower-case hexadecimal; empty when the sender gave none. */
  traceId: string;
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: number;
  startAt: number;
  endAt: number;
  /** 0 unset, 1 ok, 2 error. */
  status: number;
  statusMessage: string;
  attributes: Attributes;
  events: { name: string; at: number; attributes: Attributes }[];
  links: { traceId: string; spanId: string }[];
};

export type ReceivedLog = {
  /** Null when the sender gave neither time nor observed time. */
  at: number | null;
  /** 1 to 24 as OTLP counts them; 0 unset. */
  severityNumber: number;
  severityText: string;
  body: AttributeValue;
  attributes: Attributes;
  traceId: string;
  spanId: string;
};

export type Distribution = {
  count: number;
  sum: number | null;
  min: number | null;
  max: number | null;
  /** Upper bounds; `counts` has one more (the last is everything above). Empty when the sender gave no buckets. */
  explicit: { bounds: number[]; counts: number[] } | null;
  exponential: { scale: number; zeroCount: number; offset: number; counts: number[] } | null;
  /** Pairs of share (0 to 1) and value, of a summary. */
  quantiles: { share: number; value: number }[] | null;
};

export type ReceivedPoint = {
  attributes: Attributes;
  startAt: number | null;
  at: number;
  /** The sender says that there is no value any more: the series ended here. */
  hasNoValue: boolean;
  value: number | null;
  distribution: Distribution | null;
};

export type MetricKind = "gauge" | "sum" | "histogram" | "exponential-histogram" | "summary";

export type ReceivedMetric = {
  name: string;
  unit: string;
  kind: MetricKind;
  temporality: "delta" | "cumulative" | "unspecified";
  isMonotonic: boolean;
  points: ReceivedPoint[];
};

export type ResourceGroup<Item> = { resource: Attributes; items: Item[] };

export type ReceivedTraces = ResourceGroup<ReceivedSpan>[];
export type ReceivedLogs = ResourceGroup<ReceivedLog>[];
export type ReceivedMetrics = ResourceGroup<ReceivedMetric>[];
