/**
 * Half an hour of two services, written in the names of several conventions: what they serve and whom they call is the
 * same in all of them. From minute 15 on, `pay` answers slowly and fails one in ten, and so does what `cart` gets of it.
 */
export type Convention = "opentelemetry" | "micrometer" | "istio" | "statsd" | "own";

export const stepSeconds = 15;
export const minutes = 30;
export const troubleFromMinute = 15;

type Flow = { from: string; to: string; perSecond: number };
const flows: Flow[] = [
  { from: "web", to: "cart", perSecond: 20 },
  { from: "cart", to: "pay", perSecond: 10 },
];
const bounds = [0.05, 0.1, 0.5, 1];

export function historyIn(convention: Convention, startSeconds: number): string {
  const families = new Map<string, string[]>();
  const add = (family: string, line: string) => families.set(family, [...(families.get(family) ?? []), line]);
  const steps = (minutes * 60) / stepSeconds;
  const counts = new Map<string, Count>();
  for (let step = 0; step <= steps; step += 1) {
    const at = startSeconds + step * stepSeconds;
    const isTroubled = step * stepSeconds >= troubleFromMinute * 60;
    for (const flow of flows) {
      const key = `${flow.from} ${flow.to}`;
      const count = counts.get(key) ?? { ok: 0, failed: 0, fast: 0, okSeconds: 0, failedSeconds: 0 };
      const isHurt = isTroubled && flow.to === "pay";
      const requests = flow.perSecond * stepSeconds;
      count.ok += isHurt ? requests * 0.9 : requests;
      count.failed += isHurt ? requests * 0.1 : 0;
      count.fast += isHurt ? 0 : requests;
      count.okSeconds += isHurt ? requests * 0.9 * 0.8 : requests * 0.04;
      count.failedSeconds += isHurt ? requests * 0.1 * 0.8 : 0;
      counts.set(key, count);
      write(convention, flow, count, at, add);
    }
    for (const service of ["web", "cart", "pay"]) {
      add(`up gauge`, `up{job="${jobOf(convention, service)}",instance="${service}-0:8080"} 1 ${at}`);
      if (convention === "opentelemetry")
        add(
          "process_memory_usage_bytes gauge",
          `process_memory_usage_bytes{job="${service}",instance="${service}-0:8080"} ${100e6 + step} ${at}`,
        );
      if (convention === "own")
        add(
          "app_rss_megabytes gauge",
          `app_rss_megabytes{job="all",svc="${service}",instance="${service}-0:8080"} 100 ${at}`,
        );
    }
  }
  return `${[...families].map(([family, lines]) => `# TYPE ${family}\n${lines.join("\n")}`).join("\n")}\n# EOF\n`;
}

/** Which name the service has in this convention; statsd and the shop's own names share one job. */
function jobOf(convention: Convention, service: string): string {
  return convention === "opentelemetry" || convention === "micrometer" ? service : "all";
}

/** What was fast did not fail. */
type Count = { ok: number; failed: number; fast: number; okSeconds: number; failedSeconds: number };

function write(
  convention: Convention,
  { from, to }: Flow,
  count: Count,
  at: number,
  add: (family: string, line: string) => void,
): void {
  const both = (metric: string, ok: string, failed: string, labels: string, scale = 1) => {
    histogram(
      metric,
      `${labels},${ok}`,
      { total: count.ok, fast: count.fast, seconds: count.okSeconds },
      at,
      add,
      scale,
    );
    if (count.failed > 0)
      histogram(
        metric,
        `${labels},${failed}`,
        { total: count.failed, fast: 0, seconds: count.failedSeconds },
        at,
        add,
        scale,
      );
  };
  switch (convention) {
    case "opentelemetry":
      both(
        "http_server_request_duration_seconds",
        'http_response_status_code="200"',
        'http_response_status_code="503",error_type="503"',
        `job="${to}",instance="${to}-0:8080"`,
      );
      both(
        "http_client_request_duration_seconds",
        'http_response_status_code="200"',
        'error_type="timeout"',
        `job="${from}",instance="${from}-0:8080",server_address="${to}.shop.internal"`,
      );
      return;
    case "micrometer":
      both(
        "http_server_requests_seconds",
        'status="200",outcome="SUCCESS",exception="None"',
        'status="503",outcome="SERVER_ERROR",exception="Busy"',
        `job="${to}",application="${to}",uri="/x",instance="${to}-0:8080"`,
      );
      both(
        "http_client_requests_seconds",
        'status="200",outcome="SUCCESS",exception="None"',
        'status="503",outcome="SERVER_ERROR",exception="Busy"',
        `job="${from}",application="${from}",client_name="${to}",instance="${from}-0:8080"`,
      );
      return;
    case "istio":
      for (const reporter of ["source", "destination"]) {
        const ends = `job="all",reporter="${reporter}",source_workload="${from}",destination_workload="${to}",destination_service_name="${to}"`;
        add(
          "istio_requests counter",
          `istio_requests_total{${ends},response_code="200",response_flags="-"} ${count.ok} ${at}`,
        );
        if (count.failed > 0)
          add(
            "istio_requests counter",
            `istio_requests_total{${ends},response_code="503",response_flags="UF"} ${count.failed} ${at}`,
          );
        both(
          "istio_request_duration_milliseconds",
          'response_code="200",response_flags="-"',
          'response_code="503",response_flags="UF"',
          ends,
          1000,
        );
      }
      return;
    case "statsd":
      for (const [status, total] of [
        ["200", count.ok],
        ["503", count.failed],
      ] as const) {
        if (total === 0) continue;
        add(
          "shop_http_requests counter",
          `shop_http_requests_total{job="all",service="${to}",status="${status}"} ${total} ${at}`,
        );
        add(
          "shop_outbound_calls counter",
          `shop_outbound_calls_total{job="all",service="${from}",target="${to}",status="${status}"} ${total} ${at}`,
        );
      }
      add(
        "shop_http_request_time summary",
        `shop_http_request_time{job="all",service="${to}",quantile="0.5"} ${count.fast < count.ok ? 0.8 : 0.04} ${at}`,
      );
      add(
        "shop_http_request_time summary",
        `shop_http_request_time{job="all",service="${to}",quantile="0.99"} ${count.fast < count.ok ? 0.9 : 0.05} ${at}`,
      );
      add(
        "shop_http_request_time summary",
        `shop_http_request_time_sum{job="all",service="${to}"} ${count.okSeconds + count.failedSeconds} ${at}`,
      );
      add(
        "shop_http_request_time summary",
        `shop_http_request_time_count{job="all",service="${to}"} ${count.ok + count.failed} ${at}`,
      );
      return;
    case "own":
      both("rpc_handled_duration_ms", 'result="success"', 'result="failure"', `job="all",svc="${to}"`, 1000);
      both(
        "upstream_call_duration_ms",
        'result="success"',
        'result="failure"',
        `job="all",svc="${from}",dependency="${to}"`,
        1000,
      );
      return;
  }
}

function histogram(
  metric: string,
  labels: string,
  told: { total: number; fast: number; seconds: number },
  at: number,
  add: (family: string, line: string) => void,
  scale: number,
): void {
  const family = `${metric} histogram`;
  for (const bound of bounds)
    add(family, `${metric}_bucket{${labels},le="${bound * scale}"} ${bound < 1 ? told.fast : told.total} ${at}`);
  add(family, `${metric}_bucket{${labels},le="+Inf"} ${told.total} ${at}`);
  add(family, `${metric}_sum{${labels}} ${told.seconds * scale} ${at}`);
  add(family, `${metric}_count{${labels}} ${told.total} ${at}`);
}
