/** Stands between Prometheus and a shop: tells what the shop tells, in the words of each vocabulary. */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Family, keyOf, readFamilies, writeFamilies } from "./exposition.ts";
import type { Instance, Vocabulary } from "./vocabulary.ts";

export type RedrawingProxy = { targetsUrl(vocabulary: Vocabulary): string; stop(): Promise<void> };

type TargetGroup = { targets: string[]; labels: Record<string, string> };

/** Several vocabularies ask for the same instance at about the same time. */
const keepMilliseconds = 1000;
/** An exporter forgets what nobody sent any more (`ttl` of its mapping). */
const forgetMilliseconds = 6000;

export async function startRedrawingProxy(
  shop: { targetsUrl: string; readToken: string },
  vocabularies: Vocabulary[],
): Promise<RedrawingProxy> {
  const looks = new Map<string, { at: number; families: Promise<Family[]> }>();
  const last = new Map<string, { at: number; instance: Instance; families: Family[] }>();

  let listed: { at: number; instances: Promise<Instance[]> } | null = null;
  const readInstances = (): Promise<Instance[]> => {
    if (!listed || Date.now() - listed.at >= keepMilliseconds)
      listed = { at: Date.now(), instances: askForInstances() };
    return listed.instances;
  };
  const askForInstances = async (): Promise<Instance[]> => {
    const headers = { authorization: `Bearer ${shop.readToken}` };
    const groups = (await (await fetch(shop.targetsUrl, { headers })).json()) as TargetGroup[];
    return groups.map(({ targets, labels }) => ({
      id: labels["instance"] ?? "",
      service: labels["job"] ?? "",
      version: labels["version"] ?? "",
      address: targets[0] ?? "",
    }));
  };
  const read = (instance: Instance): Promise<Family[]> => {
    const known = looks.get(instance.id);
    if (known && Date.now() - known.at < keepMilliseconds) return known.families;
    const families = fetch(`http://${instance.address}/metrics`, { signal: AbortSignal.timeout(2500) })
      .then((response) => response.text())
      .then(readFamilies);
    looks.set(instance.id, { at: Date.now(), families });
    return families;
  };
  const readAll = async (vocabulary: Vocabulary): Promise<Family[]> => {
    const instances = await readInstances();
    await Promise.all(
      instances.map(async (instance) => {
        const families = await read(instance).catch(() => null);
        if (families) last.set(instance.id, { at: Date.now(), instance, families });
      }),
    );
    for (const [id, { at }] of last) if (Date.now() - at > forgetMilliseconds) last.delete(id);
    return merge([...last.values()].flatMap(({ instance, families }) => vocabulary.redraw(families, instance)));
  };

  const server = createServer((request, response) => {
    const [, name = "", what = "", id = ""] = (request.url ?? "").split("/");
    const vocabulary = vocabularies.find((one) => one.name === name);
    if (!vocabulary) return void response.writeHead(404).end();
    answer(response, async () => {
      const instances = await readInstances();
      if (what === "targets") return JSON.stringify(targetsOf(vocabulary, instances, request.headers.host ?? ""));
      if (id === "all") return writeFamilies(await readAll(vocabulary));
      const instance = instances.find((one) => one.id === id);
      if (!instance) throw new Error(`${id} is gone`);
      return writeFamilies(vocabulary.redraw(await read(instance), instance));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    targetsUrl: ({ name }) => `http://127.0.0.1:${port}/${name}/targets`,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answer(response: ServerResponse, write: () => Promise<string>): void {
  write().then(
    (text) => response.setHeader("content-type", text.startsWith("[") ? "application/json" : "text/plain").end(text),
    (error: unknown) => response.writeHead(502).end(String(error)),
  );
}

/** Every target is reached through the proxy; where it says it lives is its label `instance`. */
function targetsOf({ name, targetLabels }: Vocabulary, instances: Instance[], proxy: string): TargetGroup[] {
  const path = (id: string) => ({ __metrics_path__: `/${name}/metrics/${id}` });
  if (!targetLabels) return [{ targets: [proxy], labels: { job: `${name}-exporter`, ...path("all") } }];
  return instances.map((instance) => ({
    targets: [proxy],
    labels: { instance: instance.address, ...targetLabels(instance), ...path(instance.id) },
  }));
}

/** One family of each name; what several instances say of the same series is added up. */
function merge(families: Family[]): Family[] {
  const merged = new Map<string, Family>();
  const values = new Map<string, Family["samples"][number]>();
  for (const { name, type, samples } of families) {
    const family = merged.get(name) ?? { name, type, samples: [] };
    merged.set(name, family);
    for (const sample of samples) {
      const known = values.get(keyOf(sample));
      if (known) {
        known.value += sample.value;
        continue;
      }
      const own = { ...sample };
      values.set(keyOf(own), own);
      family.samples.push(own);
    }
  }
  return [...merged.values()];
}
