import type { ActionExecutor } from "../core/capability.ts";
import type { HandConnection } from "../doors/hand-dependencies.ts";
import { nodeDependencies } from "../integrations/http/http-config.ts";
import { createPlatformExecutor } from "../integrations/platform/executor.ts";
import { connectPlatform, platformConfig } from "../integrations/platform/platform.ts";
import type { Database } from "../store/database.ts";
import { readEntities } from "../store/entities.ts";
import type { LoadedConfig } from "./config/load-config.ts";

/** What the hand may write to: every connection with credentials below `write:`. Only the hand calls this. */
export function connectForWriting(loaded: LoadedConfig, database: Database): Map<string, HandConnection> {
  const connections = new Map<string, HandConnection>();
  for (const configured of loaded.config.connections) {
    if (configured.type !== "platform") continue;
    const config = platformConfig.parse(configured);
    const { write } = config;
    if (!write) continue;
    const reader = connectPlatform(config, nodeDependencies());
    const executor: ActionExecutor = createPlatformExecutor({ ...config, write }, nodeDependencies());
    connections.set(reader.name, {
      executor,
      readWorkload: async (entityId) => {
        const entities = await readEntities(database, { ids: [entityId] });
        const answer = await reader.workloads?.readWorkloads({ entities });
        return answer?.body?.[0] ?? null;
      },
    });
  }
  return connections;
}
