import { createServer } from "node:https";
import { listen } from "../service/listen.ts";
import type { FromInstance, InstanceSettings, ProviderOutage, ToInstance } from "../service/settings.ts";

/** A stand-in for the payment provider: somebody else's system, TLS only, no telemetry of ours. Answers after 40 to 120 ms. */
export async function startProvider(settings: InstanceSettings, send: (message: FromInstance) => void): Promise<void> {
  if (!settings.certificate) throw new Error("the provider needs a certificate");
  let outage: ProviderOutage | null = null;
  let charges = 0;
  const server = createServer(
    { cert: settings.certificate.certificatePem, key: settings.certificate.keyPem },
    (request, response) => {
      request.resume();
      request.on("end", () => {
        const isDown = outage !== null && Math.random() < outage.failingRatio;
        const wait = 40 + 80 * Math.random() ** 2 + (outage?.delayMilliseconds ?? 0);
        setTimeout(() => {
          charges += 1;
          const [status, body] = isDown
            ? [503, { error: "service_unavailable", message: "We are investigating an elevated error rate" }]
            : [200, { id: `ch_${Date.now().toString(36)}${charges}`, status: "captured" }];
          response.writeHead(status, { "content-type": "application/json" });
          response.end(JSON.stringify(body));
        }, wait);
      });
    },
  );
  server.keepAliveTimeout = 4000;
  server.maxRequestsPerSocket = 25;
  process.on("SIGTERM", () => process.exit(0));
  process.on("message", (message: ToInstance) => {
    if (message.type === "drain") process.exit(0);
    if (message.type === "provider") outage = message.outage;
    if (message.type === "certificate") {
      server.setSecureContext({ cert: message.certificatePem, key: message.keyPem });
      server.closeAllConnections();
    }
  });
  send({ type: "ready", port: await listen(server), adminPort: null });
}
