/** A line of the log book: a figure hangs in the margin, the words run right of the double rule. */
export function LogRow({ margin, children, className = "", as: Tag = "div" }: LogRowProps) {
  return (
    <Tag className={`row ${className}`}>
      <div className="mg">{margin}</div>
      <div className="bd">{children}</div>
    </Tag>
  );
}

type LogRowProps = {
  margin?: React.ReactNode;
  children: React.ReactNode;
  className?: string;
  as?: "div" | "li";
};

/** A section of a page in the log book: its heading, a line under it, its body. */
export function Section({ id, title, sub, children, isWide = false }: SectionProps) {
  return (
    <section className="sec" id={id} aria-labelledby={`${id}-h`}>
      <LogRow>
        <h2 id={`${id}-h`}>{title}</h2>
        {sub && <p className="sub">{sub}</p>}
      </LogRow>
      {isWide ? (
        <div className="sec-body">{children}</div>
      ) : (
        <LogRow>
          <div className="sec-body">{children}</div>
        </LogRow>
      )}
    </section>
  );
}

/** `isWide`: the children bring their own log rows. */
type SectionProps = {
  id: string;
  title: string;
  sub?: React.ReactNode;
  children: React.ReactNode;
  isWide?: boolean;
};
