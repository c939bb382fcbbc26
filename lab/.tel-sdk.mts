import { NodeTracerProvider, BatchSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { LoggerProvider, BatchLogRecordProcessor } from "@opentelemetry/sdk-logs";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { SpanKind, trace, context } from "@opentelemetry/api";
import fs from "node:fs";
import { startPostgres } from "/work/main/packages/postgres/src/postgres.ts";
import { startTelemetry } from "/work/main/src/telemetry/telemetry-service.ts";
import { createTelemetryConnection } from "/work/main/src/telemetry/telemetry-connection.ts";
import { discoverSignalMap } from "/work/main/src/formats/discover-signal-map.ts";
import { openDatabase } from "/work/main/src/store/database.ts";
import { defaultRules } from "/work/main/src/telemetry/rules/rule-settings.ts";
import { defaultLimits, defaultTraces, defaultRetention } from "/work/main/src/telemetry/settings.ts";
const pgx = await startPostgres({ dataDirectory: "/tmp/telemetry-sdk/data", name: "tel-sdk" }); await pgx.ensureDatabase("t");
const t = await startTelemetry({ connection: pgx.connectionString("t"), host: "127.0.0.1", port: 0, senders:[{name:"x",token:"x"}], retention: defaultRetention, limits: defaultLimits, traces: defaultTraces, rules: defaultRules, evaluateEverySeconds: 5 }, { onAlerts: (i)=>console.log(i), log: console.log });
const opt = (p:string)=>({ url:`http://127.0.0.1:${t.port}/v1/${p}`, headers:{authorization:"Bearer x"}, compression: "gzip" as any });
const resource = resourceFromAttributes({"service.name":"sdk","service.instance.id":"sdk-1","service.version":"3"});
const tp = new NodeTracerProvider({ resource, spanProcessors:[new BatchSpanProcessor(new OTLPTraceExporter(opt("traces")))] });
const tracer = tp.getTracer("x");
for (let i=0;i<20;i++){ const s=tracer.startSpan("GET /x",{kind:SpanKind.SERVER,attributes:{"http.route":"/x","http.response.status_code":200}}); const c=tracer.startSpan("call",{kind:SpanKind.CLIENT,attributes:{"server.address":"127.0.0.1","server.port":9999}},trace.setSpan(context.active(),s)); c.recordException(new Error("connect ECONNREFUSED 127.0.0.1:9999")); c.setStatus({code:2,message:"connect ECONNREFUSED"}); c.end(); s.end(); }
await tp.forceFlush();
const mp = new MeterProvider({ resource, readers:[new PeriodicExportingMetricReader({exporter:new OTLPMetricExporter(opt("metrics")),exportIntervalMillis:1000})]});
const m = mp.getMeter("x"); const h=m.createHistogram("http.server.request.duration",{unit:"s"}); const c=m.createUpDownCounter("db.client.connection.count"); const iv=setInterval(()=>{h.record(Math.random());c.add(1,{"state":"used","db.client.connection.pool.name":"p"});},50);
const lp = new LoggerProvider({ resource, processors:[new BatchLogRecordProcessor({exporter:new OTLPLogExporter(opt("logs"))} as any)] }); 
try { lp.getLogger("x").emit({ severityNumber: 17, body:"it broke 12" }); await lp.forceFlush(); } catch(e){console.log(e)}
await new Promise(r=>setTimeout(r,9000)); clearInterval(iv);
const db=openDatabase({connection:pgx.connectionString("t")}); const con=createTelemetryConnection({database:db,discoverSignalMap,address:""}); await con.refreshSignalMap();
const now=Date.now(); const e={id:"e",kind:"service" as const,name:"sdk",environment:"",attributes:{"service.name":"sdk"},business:null};
for (const concept of ["request.rate","call.connect_error_rate","call.error_ratio","request.latency","pool.in_use","instance.count","request.self_time"] as const) { const a=await con.metrics.readSeries({concept,entities:[e],statistic:"mean",keep:["peer","reason"],stepSeconds:5,window:{from:now-20000,to:now}}); console.log(concept,a.status,a.query,JSON.stringify(a.body?.map(s=>[s.dimensions,s.values])),a.gaps.map(g=>g.why)); }
console.log(await con.metrics.coverage([e])); console.log((await con.logs.readTemplates({entities:[e],window:{from:now-30000,to:now},stepSeconds:10})).body?.length, t.state().counters);
console.log(JSON.stringify((await con.discovery.discoverEdges({from:now-60000,to:now})).body));
await mp.shutdown(); await t.stop(); await db.close(); await pgx.stop(); fs.rmSync("/tmp/telemetry-sdk",{recursive:true,force:true}); process.exit(0);
