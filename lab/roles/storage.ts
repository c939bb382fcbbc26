import { mkdir, readdir, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RoleMain } from "../service/kit.ts";
import { numberSetting } from "../service/settings.ts";

const retentionSeconds = 300;

/** Files on a volume with a quota. What lies on the volume counts, whoever put it there; beyond the quota a write fails as on a full disk. */
export const startStorage: RoleMain = async (kit) => {
  const directory = kit.settings.directory;
  if (!directory) throw new Error("the storage role needs a directory");
  await mkdir(directory, { recursive: true });
  const limit = numberSetting(kit.settings.configuration, "QUOTA_BYTES", kit.settings.estate.data.storageQuotaBytes);
  let used = 0;
  const { meter, log } = kit.telemetry;
  const volume = { "system.device": "volume-0", "system.filesystem.mountpoint": "/objects" };
  const usage = meter.createObservableUpDownCounter("system.filesystem.usage", {
    unit: "By",
    description: "Bytes of the volume, by state",
  });
  const limitGauge = meter.createObservableUpDownCounter("system.filesystem.limit", {
    unit: "By",
    description: "Size of the volume",
  });
  const utilization = meter.createObservableGauge("system.filesystem.utilization", {
    unit: "1",
    description: "Share of the volume in use",
  });
  meter.addBatchObservableCallback(
    (result) => {
      result.observe(usage, used, { ...volume, "system.filesystem.state": "used" });
      result.observe(usage, Math.max(0, limit - used), { ...volume, "system.filesystem.state": "free" });
      result.observe(limitGauge, limit, volume);
      result.observe(utilization, used / limit, volume);
    },
    [usage, limitGauge, utilization],
  );

  async function measure(): Promise<void> {
    let total = 0;
    const oldest = Date.now() - retentionSeconds * 1000;
    for (const name of await readdir(directory as string)) {
      const path = join(directory as string, name);
      const file = await stat(path).catch(() => undefined);
      if (!file) continue;
      if (name.startsWith("receipt-") && file.mtimeMs < oldest) await unlink(path).catch(() => {});
      else total += file.size;
    }
    used = total;
  }
  await measure();
  setInterval(
    () => measure().catch((error: Error) => log.warn(`volume could not be measured: ${error.message}`)),
    1500,
  ).unref();

  return {
    routes: [
      {
        method: "PUT",
        path: "/objects/:name",
        async handle({ params, body }) {
          const content = String(body["content"] ?? "");
          const name = (params["name"] ?? "").replaceAll(/[^\w.-]/g, "_");
          if (used + content.length > limit)
            throw Object.assign(
              new Error(`ENOSPC: no space left on device, write '/objects/${name}' (${used} of ${limit} bytes used)`),
              { code: "ENOSPC" },
            );
          await writeFile(join(directory, name), content);
          used += content.length;
          return { status: 201, body: { name } };
        },
      },
    ],
  };
};
