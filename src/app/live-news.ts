import type { Step } from "../core/incident-events.ts";
import type { News } from "./midwatch.ts";

/** Who looks now hears of it at once; who looks later reads it from the store. */
export type LiveNews = {
  tell(news: News): void;
  listen(listener: (news: News) => void): () => void;
  /** Steps of the round under way, until the round is committed. */
  steps(incidentId: string): Step[];
  forgetSteps(incidentId: string): void;
};

export function createLiveNews(): LiveNews {
  const listeners = new Set<(news: News) => void>();
  const underWay = new Map<string, Step[]>();
  return {
    tell: (news) => {
      if (news.kind === "step") underWay.set(news.incidentId, [...(underWay.get(news.incidentId) ?? []), news.step]);
      for (const listener of listeners) listener(news);
    },
    listen: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    steps: (incidentId) => underWay.get(incidentId) ?? [],
    forgetSteps: (incidentId) => underWay.delete(incidentId),
  };
}
