import type { Midwatch } from "../../app/midwatch.ts";
import type { ConnectionView, SettingsView } from "../views.ts";
import { timestamp } from "./references.ts";

export function buildSettings(midwatch: Midwatch, connections: ConnectionView[]): SettingsView {
  const { config } = midwatch;
  const policy = midwatch.trust.policy();
  return {
    connections,
    policy: {
      version: policy.version,
      file: midwatch.configFile,
      environments: Object.entries(config.policy.environments).map(([name, { writes, kind }]) => ({
        name,
        level: writes === "never" ? "advisor" : "assistant",
        sentence: writes === "never" ? "read-only" : `changed only when a person approves; ${kind}`,
      })),
      rules: policy.rules,
    },
    people: [],
    egress: midwatch.connections
      .list()
      .flatMap(({ name, destinations }) => destinations.map((host) => ({ host, connection: name }))),
    about: {
      version: midwatch.version,
      startedAt: timestamp(midwatch.startedAt),
      database: config.database.url === undefined ? "embedded PostgreSQL" : "external PostgreSQL",
      dataFolder: midwatch.dataDirectory,
      configurationFile: midwatch.configFile,
      model: null,
      telemetry: [
        {
          title: "receives at",
          text: config.telemetry.isOn ? `${config.telemetry.host}:${config.telemetry.port}` : "switched off",
        },
        {
          title: "keeps",
          text: keptSentence(config.telemetry),
        },
      ],
    },
  };
}

/** `7 days, at most 8 GiB`: whole days and GiB where they are. */
function keptSentence({ retentionHours, maximumBytes }: { retentionHours: number; maximumBytes: number }): string {
  const isDays = retentionHours >= 48 && retentionHours % 24 === 0;
  const isGibi = maximumBytes >= 2 ** 30 && maximumBytes % 2 ** 30 === 0;
  const time = isDays ? `${retentionHours / 24} days` : `${retentionHours} h`;
  const size = isGibi ? `${maximumBytes / 2 ** 30} GiB` : `${Math.round(maximumBytes / 2 ** 20)} MiB`;
  return `${time}, at most ${size}`;
}
