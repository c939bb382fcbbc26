import type { ObservationView } from "../../../../src/server/incident-views.ts";
import { formatValue } from "../../lib/format-number.ts";

const mostRows = 200;

/** A table of a stored answer; numbers to the right, with their unit. */
export function DataTable({ table }: { table: ObservationView["tables"][number] }) {
  const isNumeric = table.columns.map((_, place) => table.rows.every((row) => typeof row[place] !== "string"));
  return (
    <>
      <h3 className="chart-h">{table.title}</h3>
      {table.rows.length === 0 ? (
        <p className="quiet small">No rows.</p>
      ) : (
        <div className="graph-scroll">
          <table className="steps">
            <thead>
              <tr>
                {table.columns.map((column, place) => (
                  <th key={column.title} className={isNumeric[place] ? "num" : ""}>
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {table.rows.slice(0, mostRows).map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: stored rows never move
                <tr key={index}>
                  {row.map((cell, place) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: columns are fixed
                    <td key={place} className={isNumeric[place] ? "num" : ""}>
                      {typeof cell === "number" ? formatValue(cell, table.columns[place]?.unit ?? "") : (cell ?? "–")}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {table.rows.length > mostRows && (
        <p className="quiet small">{table.rows.length - mostRows} more rows are in the raw data.</p>
      )}
    </>
  );
}
