import type { ProcessRole } from "./estate/estate.ts";
import { startLoad } from "./load/load.ts";
import { startAuth } from "./roles/auth.ts";
import { startBackup } from "./roles/backup.ts";
import { startCache } from "./roles/cache.ts";
import { startCart } from "./roles/cart.ts";
import { startCatalog } from "./roles/catalog.ts";
import { startCheckout } from "./roles/checkout.ts";
import { startDns } from "./roles/dns.ts";
import { startGateway } from "./roles/gateway.ts";
import { startInventory } from "./roles/inventory.ts";
import { startMesh } from "./roles/mesh.ts";
import { startOrderWorker } from "./roles/order-worker.ts";
import { startOrders } from "./roles/orders.ts";
import { startPayment } from "./roles/payment.ts";
import { startProvider } from "./roles/provider.ts";
import { startRecommendation } from "./roles/recommendation.ts";
import { startSession } from "./roles/session.ts";
import { startStorage } from "./roles/storage.ts";
import { serveAdmin, serveRoutes } from "./service/http-server.ts";
import { createKit, type RoleMain } from "./service/kit.ts";
import { startNoise } from "./service/noise.ts";
import type { FromInstance, InstanceSettings, ToInstance } from "./service/settings.ts";

/** One instance of one role. Settings arrive in LAB_INSTANCE; the channel to the platform is also the rope: when it breaks, the process ends. */
const roles: Record<ProcessRole, RoleMain> = {
  gateway: startGateway,
  auth: startAuth,
  session: startSession,
  cart: startCart,
  catalog: startCatalog,
  recommendation: startRecommendation,
  checkout: startCheckout,
  payment: startPayment,
  inventory: startInventory,
  orders: startOrders,
  orderWorker: startOrderWorker,
  cache: startCache,
  storage: startStorage,
  dns: startDns,
  mesh: startMesh,
};

const settings = JSON.parse(process.env["LAB_INSTANCE"] ?? "{}") as InstanceSettings;
const send = (message: FromInstance) => process.connected && process.send?.(message);
process.on("disconnect", () => process.exit(0));
process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; the platform stops its instances in order

if (settings.role === "provider") await startProvider(settings, send);
else if (settings.role === "load") await startLoad(settings, send);
else if (settings.role === "backup") await startBackup(settings, send);
else await startService(settings.role);

async function startService(role: ProcessRole): Promise<void> {
  const kit = createKit(settings);
  const { log } = kit.telemetry;
  log.info(
    `starting ${settings.serviceName} ${settings.version} as ${settings.instanceId}, node ${process.versions.node}, pid ${process.pid}`,
  );
  log.info(
    `configuration loaded: ${Object.keys(settings.configuration).length} keys, memory limit ${Math.round(settings.memoryLimitBytes / 2 ** 20)} MiB`,
  );
  process.on("uncaughtException", (error) => {
    log.error(`uncaught ${error.name}: ${error.message}`, {
      "exception.type": error.name,
      "exception.message": error.message,
      "exception.stacktrace": error.stack ?? "",
    });
    kit.telemetry.shutdown().finally(() => process.exit(1));
  });

  const running = await roles[role](kit);
  const listening = running.routes ? await serveRoutes(running.routes, kit.telemetry, kit.features) : undefined;
  const adminPort = await serveAdmin(kit.telemetry);
  startNoise(kit);

  let isStopping = false;
  const stop = async () => {
    if (isStopping) return;
    isStopping = true;
    log.info(`${settings.instanceId} is shutting down`);
    listening?.server.close();
    listening?.server.closeIdleConnections();
    const drained = new Promise((resolve) => setTimeout(resolve, 400));
    await Promise.allSettled([running.stop?.(), drained]);
    await kit.telemetry.shutdown();
    process.exit(0);
  };
  process.on("SIGTERM", () => void stop());
  process.on("message", (message: ToInstance) => {
    if (message.type === "flags") kit.setFlags(message.flags);
    else if (message.type === "drain") void stop();
    else running.onMessage?.(message);
  });
  log.info(`${settings.serviceName} is ready after ${Math.round(process.uptime() * 1000)} ms`);
  send({ type: "ready", port: listening?.port ?? running.port ?? null, adminPort });
}
