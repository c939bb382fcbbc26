import { monitorEventLoopDelay, PerformanceObserver, performance } from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import type { Meter } from "@opentelemetry/api";

const gcKinds: Record<number, string> = { 1: "minor", 4: "major", 8: "incremental", 16: "weakcb" };

/** What any Node process says of itself: CPU, memory, heap, garbage collection, event loop, uptime. */
export function observeRuntime(meter: Meter, memoryLimitBytes: number): void {
  let last = { at: performance.now(), cpu: process.cpuUsage(), loop: performance.eventLoopUtilization() };
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();

  const cpuTime = meter.createObservableCounter("process.cpu.time", {
    unit: "s",
    description: "CPU seconds used, by mode",
  });
  const cpuUtilization = meter.createObservableGauge("process.cpu.utilization", {
    unit: "1",
    description: "Share of one core used since the last look",
  });
  const memory = meter.createObservableUpDownCounter("process.memory.usage", {
    unit: "By",
    description: "Resident memory",
  });
  const memoryLimit = meter.createObservableUpDownCounter("process.memory.limit", {
    unit: "By",
    description: "Memory this process may use",
  });
  const heapUsed = meter.createObservableUpDownCounter("v8js.memory.heap.used", {
    unit: "By",
    description: "Heap in use",
  });
  const heapLimit = meter.createObservableUpDownCounter("v8js.memory.heap.limit", {
    unit: "By",
    description: "Heap at which V8 gives up",
  });
  const loopUtilization = meter.createObservableGauge("nodejs.eventloop.utilization", {
    unit: "1",
    description: "Share of time the event loop was busy",
  });
  const loopP50 = meter.createObservableGauge("nodejs.eventloop.delay.p50", {
    unit: "s",
    description: "Median event loop delay",
  });
  const loopP99 = meter.createObservableGauge("nodejs.eventloop.delay.p99", {
    unit: "s",
    description: "99th percentile of event loop delay",
  });
  const uptime = meter.createObservableGauge("process.uptime", {
    unit: "s",
    description: "Seconds since this process started",
  });
  const gc = meter.createHistogram("v8js.gc.duration", {
    unit: "s",
    description: "Garbage collection pauses",
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1] },
  });

  // Each reader (push and pull) asks on its own clock; below one second the previous look still stands.
  let looked = { cpu: 0, loop: 0, p50: 0, p99: 0 };
  const look = () => {
    const at = performance.now();
    if (at - last.at < 1000) return looked;
    const cpu = process.cpuUsage(last.cpu);
    const loop = performance.eventLoopUtilization(last.loop);
    looked = {
      cpu: (cpu.user + cpu.system) / 1000 / (at - last.at),
      loop: loop.utilization,
      p50: Math.max(0, delay.percentile(50) / 1e9 - 0.02), // the timer itself waits its resolution of 20 ms
      p99: Math.max(0, delay.percentile(99) / 1e9 - 0.02),
    };
    last = { at, cpu: process.cpuUsage(), loop: performance.eventLoopUtilization() };
    delay.reset();
    return looked;
  };

  meter.addBatchObservableCallback(
    (result) => {
      const cpu = process.cpuUsage();
      const heap = getHeapStatistics();
      const now = look();
      result.observe(cpuTime, cpu.user / 1e6, { "cpu.mode": "user" });
      result.observe(cpuTime, cpu.system / 1e6, { "cpu.mode": "system" });
      result.observe(cpuUtilization, now.cpu);
      result.observe(memory, process.memoryUsage.rss());
      result.observe(memoryLimit, memoryLimitBytes);
      result.observe(heapUsed, heap.used_heap_size);
      result.observe(heapLimit, heap.heap_size_limit);
      result.observe(loopUtilization, now.loop);
      result.observe(loopP50, now.p50);
      result.observe(loopP99, now.p99);
      result.observe(uptime, process.uptime());
    },
    [cpuTime, cpuUtilization, memory, memoryLimit, heapUsed, heapLimit, loopUtilization, loopP50, loopP99, uptime],
  );

  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = (entry as unknown as { detail?: { kind?: number } }).detail?.kind ?? 0;
      gc.record(entry.duration / 1000, { "v8js.gc.type": gcKinds[kind] ?? "other" });
    }
  }).observe({ entryTypes: ["gc"] });
}
