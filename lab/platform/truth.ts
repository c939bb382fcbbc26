import { createServer } from "node:http";
import type { Estate } from "../estate/estate.ts";
import { listen } from "../service/listen.ts";
import type { BackupJob } from "./backup.ts";
import type { Drills } from "./drills.ts";
import type { Platform } from "./platform.ts";
import type { Symptoms } from "./symptoms.ts";
import { isSame } from "./tokens.ts";

type TruthSettings = {
  port: number;
  token: string;
  estate: Estate;
  drills: Drills;
  symptoms: Symptoms;
  platform: Platform;
  backup: BackupJob;
};

/**
 * What the lab knows and midwatch must not: what was broken, which answers are right, since when users are hurt. On a
 * port and with a token of its own, for the trial. Also starts the harmless things of a healthy day.
 */
export async function serveTruth(settings: TruthSettings): Promise<number> {
  const { drills, symptoms } = settings;
  let onset: { drill: string; at: string; route: string; why: string } | undefined;
  setInterval(() => {
    const drill = drills.active()[0];
    if (!drill) onset = undefined;
    const degraded = symptoms.degradedSince(Date.now());
    if (!drill || !degraded || onset?.drill === drill.since) return;
    onset = {
      drill: drill.since,
      at: new Date(Math.max(degraded.at, Date.parse(drill.since))).toISOString(),
      route: degraded.route,
      why: degraded.why,
    };
  }, 500).unref();

  const server = createServer((request, response) => {
    const answer = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (!isSame((request.headers.authorization ?? "").replace(/^Bearer /, ""), settings.token))
      return void answer(401, { error: "the truth has a token of its own" });
    const url = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "GET" && url.pathname === "/v1/truth") {
      const now = Date.now();
      const degraded = symptoms.degradedSince(now);
      return void answer(200, {
        at: new Date(now).toISOString(),
        active: drills.truth() ?? null,
        onset: onset ? { at: onset.at, route: onset.route, why: onset.why } : null,
        symptom: degraded
          ? { since: new Date(degraded.at).toISOString(), route: degraded.route, why: degraded.why }
          : null,
        routes: symptoms.health(now, 10),
      });
    }
    if (request.method !== "POST") return void answer(404, { error: "no such thing" });
    const number = (key: string, fallback: number) => Number(url.searchParams.get(key) ?? fallback);
    if (url.pathname === "/v1/decoys")
      return void drills.decoy(number("seed", 1)).then(
        () => answer(202, {}),
        (error: Error) => answer(500, { error: error.message }),
      );
    if (url.pathname === "/v1/burst") {
      settings.platform.multiplyLoad(number("multiplier", 1.8));
      setTimeout(() => settings.platform.multiplyLoad(1), number("seconds", 15) * 1000).unref();
      return void answer(202, {});
    }
    if (url.pathname === "/v1/backup") return void settings.backup.start(1, 1).then(() => answer(202, {}));
    answer(404, { error: "no such thing" });
  });
  return listen(server, settings.port);
}
