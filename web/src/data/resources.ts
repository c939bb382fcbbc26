import { useEffect, useSyncExternalStore } from "react";
import { type ApiError, getJson } from "./api.ts";

/**
 * What was fetched, by path. A shown resource is fetched once, refetched when the stream says so, and keeps its last
 * body while it is: nothing on the page disappears because something is loading.
 */
export type Resource<Body> = {
  body: Body | null;
  /** Of the last try; kept beside an older body. */
  error: ApiError | null;
  isLoading: boolean;
  /** Milliseconds: when the running (or last) try began. */
  askedAt: number;
};

const never: Resource<unknown> = { body: null, error: null, isLoading: true, askedAt: 0 };
const resources = new Map<string, Resource<unknown>>();
const listeners = new Map<string, Set<() => void>>();
const again = new Set<string>();

/** `path` null: nothing to show yet. */
export function useResource<Body>(path: string | null): Resource<Body> {
  const read = () => (path === null ? never : (resources.get(path) ?? never));
  const resource = useSyncExternalStore((listener) => subscribe(path, listener), read, read);
  useEffect(() => {
    if (path !== null) void refetch(path);
  }, [path]);
  return resource as Resource<Body>;
}

export function shownPaths(): string[] {
  return [...listeners.keys()];
}

/** Puts an answer in place that came another way: the reply to a button, a step of the stream. */
export function putResource<Body>(path: string, change: (body: Body | null) => Body | null): void {
  const resource = resources.get(path);
  set(path, { ...(resource ?? never), isLoading: false, body: change((resource?.body as Body | null) ?? null) });
}

/** One request a path at a time; a change during it causes exactly one more. */
export async function refetch(path: string): Promise<void> {
  const before = resources.get(path);
  if (before?.isLoading) {
    again.add(path);
    return;
  }
  set(path, { body: before?.body ?? null, error: before?.error ?? null, isLoading: true, askedAt: performance.now() });
  const answer = await getJson<unknown>(path);
  const { body, askedAt } = resources.get(path) ?? never;
  set(
    path,
    answer.ok
      ? { body: answer.body, error: null, isLoading: false, askedAt }
      : { body, error: answer.error, isLoading: false, askedAt },
  );
  if (again.delete(path)) void refetch(path);
}

function subscribe(path: string | null, listener: () => void): () => void {
  if (path === null) return () => {};
  const group = listeners.get(path) ?? new Set();
  group.add(listener);
  listeners.set(path, group);
  return () => {
    group.delete(listener);
    if (group.size === 0 && listeners.get(path) === group) listeners.delete(path);
  };
}

function set(path: string, resource: Resource<unknown>): void {
  resources.set(path, resource);
  for (const listener of listeners.get(path) ?? []) listener();
}
