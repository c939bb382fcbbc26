// Serves web/fixtures as the API and dist/web as the page, for drawing without a server: npx tsx web/dev-server.mjs [port]
// Fixtures keep their own time: the page's clock follows the session's `now`.
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import path from "node:path";
import * as incidents from "./fixtures/incidents.ts";
import * as lists from "./fixtures/lists.ts";
import { long } from "./fixtures/long-incident.ts";

const root = import.meta.dirname;
const port = Number(process.argv[2] ?? 5198);
const types = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };
const policy = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; frame-ancestors 'none'";

/** By name as in the API; incidents by id or by the state that they show. */
const fixtures = {
  session: lists.session,
  now: lists.nowView,
  "now-empty": lists.emptyNow,
  incidents: { incidents: [...lists.nowView.incidents, lists.lines.closed], nextCursor: null },
  alerts: lists.alerts,
  graph: lists.graph,
  entity: lists.entityCard,
  changes: lists.changes,
  trust: lists.trust,
  settings: lists.settings,
  drills: lists.drills,
  observation: incidents.observation,
  "incident-112": incidents.healthy,
  "incident-116": incidents.verified,
  "incident-117": incidents.unknown,
  "incident-118": incidents.cause,
  "incident-119": incidents.running,
  "incident-acting": incidents.acting,
  "incident-refused": incidents.refused,
  "incident-long": long,
};

function fixture(name) {
  return fixtures[name] ?? null;
}

function answerFor(method, url) {
  const place = url.pathname.replace("/api/v1/", "");
  const [area, id, verb] = place.split("/");
  if (method === "GET") {
    if (area === "now" && process.env.MIDWATCH_FIXTURES === "empty") return fixture("now-empty");
    if (area === "incidents" && id) return fixture(`incident-${id}`);
    if (area === "observations") return fixture("observation");
    if (area === "entities") return fixture("entity");
    return fixture(area);
  }
  if (place === "stop-all") return { isStopped: true, since: new Date().toISOString(), by: "Ada" };
  if (area === "drills") return fixture("drills");
  if (area === "incidents" && verb === "approve") return fixture("incident-acting");
  if (area === "incidents" && verb === "recheck") {
    return { result: "true", sentence: "still so", at: fixture("session").now, observationIds: [] };
  }
  if (area === "incidents") return fixture(`incident-${id}`);
  if (area === "connections") return fixture("settings").connections[0];
  if (area === "audit") return { at: fixture("session").now, isUnbroken: true, entries: 8811, sentence: "unbroken" };
  return null;
}

/** The running incident goes on: a step that waited is answered, and the next one is asked, every 0.7 s. */
function streamSteps(response, incident) {
  const { steps, budget } = incident;
  const answers = incidents.cause.steps.slice(steps.findIndex(({ status }) => status === null));
  let sent = 0;
  return setInterval(() => {
    const step = answers[sent];
    if (!step) return;
    sent += 1;
    const progress = {
      ...budget,
      observations: budget.observations + sent,
      secondsUsed: budget.secondsUsed + sent * 0.7,
    };
    const data = { incidentId: incident.line.id, step, budget: progress };
    response.write(`event: step\ndata: ${JSON.stringify(data)}\n\n`);
  }, 700);
}

function stream(response, incidentId) {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const beat = () => {
    const { now, lastDataAt } = fixture("session");
    response.write(`id: ${Date.now()}\nevent: clock\ndata: ${JSON.stringify({ now, lastDataAt })}\n\n`);
  };
  beat();
  const timer = setInterval(beat, 15_000);
  const watched = incidentId && fixture(`incident-${incidentId}`);
  const steps = watched?.line.phase === "investigating" ? streamSteps(response, watched) : undefined;
  response.on("close", () => {
    clearInterval(timer);
    clearInterval(steps);
  });
}

createServer((request, response) => {
  const url = new URL(request.url, "http://localhost");
  if (url.pathname === "/api/v1/stream") return stream(response, url.searchParams.get("incident"));
  if (url.pathname.startsWith("/api/")) {
    const body = answerFor(request.method, url);
    const missing = { error: { code: "MW_NOT_FOUND", message: "There is no such thing.", wayOut: "Go back to Now." } };
    response.writeHead(body ? 200 : 404, { "content-type": "application/json" });
    return response.end(JSON.stringify(body ?? missing));
  }
  const dist = path.join(root, "../dist/web");
  const wanted = path.normalize(path.join(dist, url.pathname));
  const file =
    wanted.startsWith(dist) && path.extname(wanted) !== "" && existsSync(wanted)
      ? wanted
      : path.join(dist, "index.html");
  response.writeHead(200, {
    "content-type": types[path.extname(file)] ?? "application/octet-stream",
    "content-security-policy": policy,
  });
  response.end(readFileSync(file));
}).listen(port, "127.0.0.1", () => process.stdout.write(`http://127.0.0.1:${port}\n`));
