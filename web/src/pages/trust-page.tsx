import { Link } from "wouter";
import type { TrustView } from "../../../src/server/views.ts";
import { refetch, useResource } from "../data/resources.ts";
import { AuditList } from "../features/trust/audit-list.tsx";
import { AutonomyMatrix } from "../features/trust/autonomy-matrix.tsx";
import { Calibration } from "../features/trust/calibration.tsx";
import { Measure } from "../features/trust/measure.tsx";
import { trustHeadline } from "../features/trust/trust-headline.ts";
import { formatDuration } from "../lib/format-duration.ts";
import { Tabs, useTitle } from "../shell/page-frame.tsx";
import { PageStates } from "../shell/page-states.tsx";

/** How often right? Figures before claims; what is not known yet says so. */
export function TrustPage() {
  const resource = useResource<TrustView>("/trust");
  useTitle("Trust");
  const { body } = resource;
  if (!body) {
    return (
      <PageStates resource={resource} title="Trust" waitsFor="the figures" onRetry={() => void refetch("/trust")} />
    );
  }
  const { medians } = body;
  const times = [
    ["to detect", medians.toDetectSeconds],
    ["to a cause", medians.toCauseSeconds],
    ["to resolve", medians.toResolveSeconds],
  ]
    .filter((pair): pair is [string, number] => typeof pair[1] === "number")
    .map(([words, seconds]) => `${words} ${formatDuration(seconds)}`);
  const headline = trustHeadline(body);
  return (
    <>
      <header className="lead">
        <h1>{headline.title}</h1>
        <p>
          {headline.sub}{" "}
          {body.incidents > 0 && (
            <Link href="/incidents">{body.incidents === 1 ? "See it" : `All ${body.incidents}, one by one`}</Link>
          )}
        </p>
      </header>
      <section className="grid4" aria-labelledby="measures">
        <h2 className="vh" id="measures">
          The four measures
        </h2>
        {body.measures.map((measure) => (
          <Measure key={measure.id} measure={measure} />
        ))}
      </section>
      <p className="quiet small measures-note">
        Band: 95 % interval. {times.length > 0 && `Median time ${times.join(", ")}.`}
      </p>
      <div className="cols2 tt">
        <Calibration calibration={body.calibration} />
        <section>
          <h2>What it costs, what it saves</h2>
          {body.costs.length === 0 ? (
            <p className="sub">Nothing was spent yet.</p>
          ) : (
            <dl className="figs">
              {body.costs.map(({ figure, sentence }) => (
                <div key={sentence} className="figs-row">
                  <dt>{figure}</dt>
                  <dd>{sentence}</dd>
                </div>
              ))}
            </dl>
          )}
        </section>
      </div>
      <AutonomyMatrix autonomy={body.autonomy} />
      <AuditList audit={body.audit} />
      <Tabs />
    </>
  );
}
