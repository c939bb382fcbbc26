import type { ApiError } from "../data/api.ts";

/** What, why, the way out, and a button where trying again makes sense. */
export function ErrorPanel({ error, onRetry, heading: Heading = "h1" }: ErrorPanelProps) {
  return (
    <section className="problem" role="alert">
      <Heading>{error.status === 404 ? "There is no such thing here" : "This could not be shown"}</Heading>
      <p>{error.message}</p>
      <p className="soft">{error.wayOut}</p>
      <p className="quiet small">
        <code>{error.code}</code>
      </p>
      {onRetry && (
        <div className="acts">
          <button type="button" className="btn" onClick={onRetry}>
            Try again
          </button>
        </div>
      )}
    </section>
  );
}

/** `heading`: h2 within a page that has a heading of its own. */
type ErrorPanelProps = { error: ApiError; onRetry?: () => void; heading?: "h1" | "h2" };

/** Beside a form or a button: short, and what the person typed stays. */
export function ErrorLine({ error }: { error: ApiError | null }) {
  if (!error) return null;
  return (
    <p className="error-line" role="alert">
      <b>{error.message}</b> {error.wayOut} <code>{error.code}</code>
    </p>
  );
}
