import { useCallback } from "react";
import { useLocation, useSearch } from "wouter";

/** Filters live in the address: every list has a URL, back works. */
export function useFilters(): [URLSearchParams, (change: (filters: URLSearchParams) => void) => void] {
  const search = useSearch();
  const [location, navigate] = useLocation();
  const change = useCallback(
    (edit: (filters: URLSearchParams) => void) => {
      const next = new URLSearchParams(search);
      edit(next);
      const text = next.toString();
      navigate(text === "" ? location : `${location}?${text}`, { replace: true });
    },
    [search, location, navigate],
  );
  return [new URLSearchParams(search), change];
}

/** In or out of a filter that may hold several values. */
export function toggleFilter(filters: URLSearchParams, name: string, value: string): void {
  const values = filters.getAll(name);
  filters.delete(name);
  for (const kept of values.includes(value) ? values.filter((one) => one !== value) : [...values, value]) {
    filters.append(name, kept);
  }
  filters.delete("cursor");
}

/** Only what the server knows goes into its query: the theme and the like stay here. */
export function apiQuery(filters: URLSearchParams, names: string[]): string {
  const query = new URLSearchParams();
  for (const name of names) for (const value of filters.getAll(name)) query.append(name, value);
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
