import type { DrillTruth } from "../faults/define-fault.ts";

export type Truth = {
  at: string;
  active: DrillTruth | null;
  onset: { at: string; route: string; why: string } | null;
  symptom: { since: string; route: string; why: string } | null;
};
type LabAddress = {
  platformUrl: string;
  truthUrl: string;
  readToken: string;
  writeToken: string;
  truthToken: string;
};
type ChangeLine = { at: string; workload: string | null; key: string | null; kind: string };

/** The lab from both its doors: the platform API that anybody has, and the truth that only the trial has. */
export function connectLab(address: LabAddress) {
  const ask = async <T>(url: string, token: string, method: "GET" | "POST", body?: unknown): Promise<T> => {
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    if (!response.ok)
      throw new Error(
        `the lab answered ${response.status} to ${method} ${url}: ${(await response.text()).slice(0, 300)}`,
      );
    return (await response.json()) as T;
  };
  return {
    truth: () => ask<Truth>(`${address.truthUrl}/v1/truth`, address.truthToken, "GET"),
    drills: async () =>
      (
        await ask<{ drills: { id: string; scene: string | null }[] }>(
          `${address.platformUrl}/v1/drills`,
          address.readToken,
          "GET",
        )
      ).drills,
    start: (id: string, body: { seed: number; target?: string; magnitude?: number }) =>
      ask<{ since: string }>(`${address.platformUrl}/v1/drills/${id}`, address.writeToken, "POST", body),
    heal: () => ask<unknown>(`${address.platformUrl}/v1/drills/heal`, address.writeToken, "POST", {}),
    changes: async (since: number) =>
      (
        await ask<{ changes: ChangeLine[] }>(
          `${address.platformUrl}/v1/changes?limit=5000&since=${new Date(since).toISOString()}`,
          address.readToken,
          "GET",
        )
      ).changes,
    harmless: (what: string) => ask<unknown>(`${address.truthUrl}/v1/${what}`, address.truthToken, "POST"),
  };
}

export type LabView = ReturnType<typeof connectLab>;
