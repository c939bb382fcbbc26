import { ErrorPanel } from "../components/error-panel.tsx";
import { PageSkeleton } from "../components/skeleton.tsx";
import type { Resource } from "../data/resources.ts";
import { Tabs } from "./page-frame.tsx";

/** Before there is a body: what is waited for, or what went wrong and the way out. */
export function PageStates({ resource, title, waitsFor, onRetry }: PageStatesProps) {
  return (
    <>
      {resource.error ? (
        <ErrorPanel error={resource.error} onRetry={onRetry} />
      ) : (
        <PageSkeleton title={title} waitsFor={waitsFor} />
      )}
      <Tabs />
    </>
  );
}

type PageStatesProps = { resource: Resource<unknown>; title: string; waitsFor: string; onRetry: () => void };
