import type { IncidentView } from "../../../../src/server/incident-views.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { Fold } from "../../components/fold.tsx";
import { Section } from "../../components/log-row.tsx";
import { Markdown } from "../../components/markdown.tsx";
import { apiPath } from "../../data/api.ts";

/** The draft, written from the record; figures lead to their observation. Long, so it is opened or taken away. */
export function ReportSection({ incident }: { incident: IncidentView }) {
  const { report, line } = incident;
  if (!report) return null;
  return (
    <Section
      id="report"
      title="Report"
      sub={`${report.isFinal ? "Written" : "Draft, written"} from the record. Figures lead to their observation.`}
    >
      <div className="acts">
        <CopyButton text={report.markdown} className="">
          Copy as Markdown
        </CopyButton>
        <a
          className="btn"
          href={apiPath(`/incidents/${encodeURIComponent(line.id)}/report.md`)}
          download={`${line.label}.md`}
        >
          Download
        </a>
        <button type="button" className="btn" onClick={() => window.print()}>
          Print or PDF
        </button>
      </div>
      <Fold className="report-fold" summary="Read it here">
        <article className="report">
          <Markdown text={report.markdown} />
        </article>
      </Fold>
    </Section>
  );
}
