import type { IncidentsView } from "../../../src/server/views.ts";
import { SearchForm } from "../components/search-form.tsx";
import { apiQuery, useFilters } from "../components/use-filters.ts";
import { refetch, useResource } from "../data/resources.ts";
import { IncidentGroups } from "../features/now/incident-row.tsx";
import { capital, countWord } from "../lib/format-number.ts";
import { Tabs, useTitle } from "../shell/page-frame.tsx";
import { PageStates } from "../shell/page-states.tsx";

/** Every incident, open ones first. */
export function IncidentsPage() {
  const [filters, change] = useFilters();
  const path = `/incidents${apiQuery(filters, ["q", "cursor"])}`;
  const resource = useResource<IncidentsView>(path);
  useTitle("Incidents");
  const { body } = resource;
  if (!body) {
    return (
      <PageStates resource={resource} title="Incidents" waitsFor="the incidents" onRetry={() => void refetch(path)} />
    );
  }
  const open = body.incidents.filter(({ phase }) => phase !== "closed").length;
  return (
    <>
      <header className="lead">
        <h1>
          {capital(countWord(open))} open {open === 1 ? "incident" : "incidents"}.
        </h1>
        <p>Every incident can be read again with all that was seen at the time.</p>
      </header>
      <div className="narrow">
        <SearchForm
          value={filters.get("q") ?? ""}
          label="Search incidents"
          placeholder="service, cause, words of the headline"
          onChange={(text) =>
            change((next) => {
              next.delete("cursor");
              if (text === "") next.delete("q");
              else next.set("q", text);
            })
          }
        />
        {body.incidents.length === 0 ? (
          <p className="soft">
            {filters.has("q")
              ? "No incident has these words."
              : "No incident yet. The first alert that matters opens one."}
          </p>
        ) : (
          <IncidentGroups incidents={body.incidents} />
        )}
        {body.nextCursor && (
          <p className="paging">
            <button
              type="button"
              className="btn"
              onClick={() => change((next) => next.set("cursor", body.nextCursor!))}
            >
              Older
            </button>
          </p>
        )}
      </div>
      <Tabs />
    </>
  );
}
