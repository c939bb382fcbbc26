/** State is shape and colour and, beside it, a word: failing a crossed square, degraded a half disc, healthy a ring. */
export type GlyphKind = "failing" | "degraded" | "healthy" | "unknown" | "watching" | "running" | "check";

const cross = "M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4";
const question = "M6.2 6.4a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.6-.8 1.1";

/** With a label it is an image of that name; without, the word stands beside it and the glyph is silent. */
export function Glyph({ kind, size = 16, label, x, y }: GlyphProps) {
  const said = label ? ({ role: "img", "aria-label": label } as const) : ({ "aria-hidden": true } as const);
  return (
    // biome-ignore lint/a11y/noSvgWithoutTitle: the label is given, or the word stands beside it
    <svg className={`glyph is-${kind}`} width={size} height={size} viewBox="0 0 16 16" x={x} y={y} {...said}>
      {shapes[kind]}
    </svg>
  );
}

type GlyphProps = { kind: GlyphKind; size?: number; label?: string; x?: number; y?: number };

const shapes: Record<GlyphKind, React.ReactNode> = {
  failing: (
    <>
      <rect x="2" y="2" width="12" height="12" rx="2.5" fill="currentColor" />
      <path d={cross} stroke="var(--page)" strokeWidth="1.8" strokeLinecap="round" />
    </>
  ),
  degraded: (
    <>
      <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.7" />
      <path d="M8 2.4a5.6 5.6 0 0 1 0 11.2z" fill="currentColor" />
    </>
  ),
  healthy: <circle cx="8" cy="8" r="5.4" fill="none" stroke="currentColor" strokeWidth="1.7" />,
  unknown: (
    <>
      <circle cx="8" cy="8" r="6.3" fill="none" stroke="currentColor" strokeWidth="1.4" strokeDasharray="2.4 2" />
      <path d={question} fill="none" stroke="currentColor" strokeWidth="1.4" strokeLinecap="round" />
      <circle cx="8" cy="11.2" r=".9" fill="currentColor" />
    </>
  ),
  watching: (
    <>
      <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.5" />
      <circle cx="8" cy="8" r="2" fill="currentColor" />
    </>
  ),
  running: <path d="M3.5 5v6M8 3v10M12.5 6v4" stroke="currentColor" strokeWidth="2" strokeLinecap="round" />,
  check: (
    <path
      d="M3 8.5l3.2 3.2L13 5"
      fill="none"
      stroke="currentColor"
      strokeWidth="2"
      strokeLinecap="round"
      strokeLinejoin="round"
    />
  ),
};
