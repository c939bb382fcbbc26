import type { Connection } from "../core/capability.ts";
import { midwatchError } from "../core/errors.ts";
import type { IntegrationDependencies } from "../integrations/http/http-config.ts";
import type { LoadedConfig } from "./config/load-config.ts";
import { connectionKinds } from "./connection-kinds.ts";

/** Opens them all; none talks to anything before it is asked. Their settings were checked when they were read. */
export function connectAll(loaded: LoadedConfig, dependencies: IntegrationDependencies): Connection[] {
  return loaded.config.connections.map((configured) => {
    const kind = connectionKinds.get(configured.type);
    if (!kind) throw midwatchError("MW_INTERNAL", { problem: `connection type ${configured.type} is gone` });
    return kind.connect(kind.schema.parse(configured) as never, dependencies);
  });
}
