import { createSocket } from "node:dgram";
import { decode, encode, type Packet, RECURSION_DESIRED } from "dns-packet";
import type { RoleMain } from "../service/kit.ts";
import { type DnsFailure, numberSetting } from "../service/settings.ts";

const refused: Record<"servfail" | "nxdomain", number> = { servfail: 2, nxdomain: 3 };
const lifetimeSeconds = 3;

/** The shop's name server: the zone arrives from the platform. May be told to fail, wholly or for one name. */
export const startDns: RoleMain = async (kit) => {
  let records: Record<string, string> = {};
  let failure: DnsFailure | null = null;
  const { meter, log } = kit.telemetry;
  const queries = meter.createCounter("dns.server.queries", {
    unit: "{query}",
    description: "Questions, by answer code",
  });
  const socket = createSocket("udp4");

  socket.on("message", (message, from) => {
    let packet: Packet;
    try {
      packet = decode(message);
    } catch {
      return log.warn(`unreadable question from ${from.address}`);
    }
    const question = packet.questions?.[0];
    if (!question) return;
    const fails = failure && (failure.name === null || failure.name === question.name) && Math.random() < failure.ratio;
    if (fails && failure?.mode === "silent") return;
    const address = records[question.name];
    const code = fails ? refused.servfail : address ? 0 : refused.nxdomain;
    queries.add(1, { "dns.response_code": ["NOERROR", "FORMERR", "SERVFAIL", "NXDOMAIN"][code] ?? "" });
    if (code !== 0)
      log.warn(
        `${question.name} ${question.type}: ${code === refused.servfail ? "SERVFAIL, zone transfer incomplete" : "NXDOMAIN"}`,
      );
    const answers =
      code === 0 && address && question.type === "A"
        ? [{ type: "A" as const, name: question.name, ttl: lifetimeSeconds, data: address }]
        : [];
    socket.send(
      encode({ type: "response", id: packet.id ?? 0, flags: RECURSION_DESIRED | code, questions: [question], answers }),
      from.port,
      from.address,
    );
  });
  socket.on("error", (error) => log.error(`name server: ${error.message}`));
  const port = numberSetting(kit.settings.configuration, "PORT", 0);
  await new Promise<void>((resolve) => socket.bind(port, "127.0.0.1", resolve));
  return {
    port: socket.address().port,
    onMessage(message) {
      const told = message as { type: string; records: Record<string, string>; failure: DnsFailure | null };
      if (told.type === "zone") ({ records, failure } = told);
    },
  };
};
