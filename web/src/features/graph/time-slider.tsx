/** What did it look like then? Six hours back, in steps of five minutes; the right end is now. */
export function TimeSlider({ now, at, label, onChange }: TimeSliderProps) {
  const minutesBack = at === null ? 0 : Math.round((now - at) / 60_000);
  return (
    <label className="time-slider small">
      <span>{at === null ? "now" : label(at)}</span>
      <input
        type="range"
        min={-360}
        max={0}
        step={5}
        value={-Math.min(360, minutesBack)}
        aria-valuetext={at === null ? "now" : label(at)}
        onChange={(event) => {
          const minutes = -event.currentTarget.valueAsNumber;
          onChange(minutes === 0 ? null : Math.floor(now / 60_000) * 60_000 - minutes * 60_000);
        }}
      />
      {at !== null && (
        <button type="button" className="btn mini" onClick={() => onChange(null)}>
          Back to now
        </button>
      )}
    </label>
  );
}

type TimeSliderProps = {
  now: number;
  at: number | null;
  label: (at: number) => string;
  onChange: (at: number | null) => void;
};
