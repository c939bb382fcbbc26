import { useState } from "react";

/** What can be opened in place. It keeps what the reader did: data that arrive never open or close it. */
export function Fold({ summary, children, className = "", isOpenAtFirst = false }: FoldProps) {
  const [isOpen] = useState(isOpenAtFirst);
  return (
    <details className={`fold ${className}`} open={isOpen}>
      <summary>{summary}</summary>
      {children}
    </details>
  );
}

type FoldProps = {
  summary: React.ReactNode;
  children: React.ReactNode;
  className?: string;
  isOpenAtFirst?: boolean;
};

/** A section of the log book behind its own heading; the line under it says what is inside. */
export function FoldSection({ id, title, sub, children, isOpenAtFirst = false }: FoldSectionProps) {
  return (
    <section className="sec folded" id={id} aria-labelledby={`${id}-h`}>
      <Fold
        isOpenAtFirst={isOpenAtFirst}
        summary={
          <span className="row">
            <span className="mg" />
            <span className="bd">
              <h2 id={`${id}-h`}>{title}</h2>
              <span className="sub">{sub}</span>
            </span>
          </span>
        }
      >
        <div className="row">
          <div className="mg" />
          <div className="bd">
            <div className="sec-body">{children}</div>
          </div>
        </div>
      </Fold>
    </section>
  );
}

type FoldSectionProps = {
  id: string;
  title: string;
  sub: React.ReactNode;
  children: React.ReactNode;
  isOpenAtFirst?: boolean;
};
