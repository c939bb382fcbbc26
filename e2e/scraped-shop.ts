/** The lab as a shop that tells of itself through `/metrics` alone: nothing of it is sent anywhere. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import path from "node:path";
import { connectLab, type LabView } from "../lab/trial/lab-view.ts";
import { readStartLine } from "../lab/trial/start-line.ts";
import { type Child, startChild } from "./children.ts";
import { writeQuietEstate } from "./quiet-estate.ts";

export type ScrapedShop = {
  lab: LabView;
  /** Where Prometheus asks for its targets (`http_sd_configs`), and the token that it needs. */
  targetsUrl: string;
  readToken: string;
  stop(): Promise<void>;
};

export async function startScrapedShop(directory: string): Promise<ScrapedShop> {
  const secret = () => randomBytes(24).toString("base64url");
  mkdirSync(directory, { recursive: true });
  const tokens = { readToken: secret(), writeToken: secret(), truthToken: secret() };
  const child: Child = startChild(
    "lab",
    path.join("lab", "lab.js"),
    [
      ...["--data", path.join(directory, "lab")],
      ...["--estate", writeQuietEstate(directory)],
      ...["--platform-read-token", tokens.readToken],
      ...["--platform-write-token", tokens.writeToken],
      ...["--truth-token", tokens.truthToken],
    ],
    // Empty: the services keep their telemetry to themselves.
    { directory, environment: { OTEL_EXPORTER_OTLP_ENDPOINT: "" } },
  );
  const about = readStartLine(await child.says(/^\{/));
  return {
    lab: connectLab({ ...tokens, ...about }),
    targetsUrl: `${about.platformUrl}/v1/metrics-targets`,
    readToken: tokens.readToken,
    stop: child.stop,
  };
}
