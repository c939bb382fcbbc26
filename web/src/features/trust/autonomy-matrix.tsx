import { autonomyLevels, type TrustView } from "../../../../src/server/views.ts";

/** What it may do alone, by kind and environment, with the record that it rests on. */
export function AutonomyMatrix({ autonomy }: { autonomy: TrustView["autonomy"] }) {
  if (autonomy.rows.length === 0) return null;
  return (
    <section className="tt">
      <h2>What it may do alone</h2>
      <p className="sub cal-sub">
        A level is given by a person, on figures. Observer reads; advisor proposes; assistant prepares and asks;
        responder acts and tells; autonomous acts and reports.
      </p>
      <table className="matrix">
        <thead>
          <tr>
            <th>kind</th>
            {autonomy.environments.map((environment) => (
              <th key={environment}>{environment}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {autonomy.rows.map((row) => (
            <tr key={row.kind}>
              <th scope="row">{row.title}</th>
              {row.cells.map((cell) => (
                <td key={cell.environment} data-env={cell.environment}>
                  <div>
                    <span className="lvl" aria-hidden="true">
                      {autonomyLevels.map((level, index) => (
                        <i key={level} className={index <= autonomyLevels.indexOf(cell.level) ? "on" : ""} />
                      ))}
                    </span>
                    {cell.level}
                    <span className="quiet record">{cell.record}</span>
                  </div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
