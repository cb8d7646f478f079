import { count, limit, percent } from '../format/numbers';

interface MeterProps {
  /** What is measured, such as `Runs this month`. */
  readonly label: string;
  readonly used: number;
  /** null: unlimited. */
  readonly of: number | null;
  readonly unit?: (value: number) => string;
  /** Leaves the label to screen readers. */
  readonly isBare?: boolean;
}

/** How much of a quota is used: figures, and a bar whose colour warns from 80 % on. */
export function Meter({ label, used, of, unit = count, isBare = false }: MeterProps) {
  const text = `${unit(used)} of ${limit(of, unit)}`;
  return (
    <div class="meter">
      {!isBare && <span class="meter-label">{label}</span>}
      <span class="meter-figures">
        {text}
        {of !== null && of > 0 && <span class="quiet"> · {percent(used / of)}</span>}
      </span>
      {/* Its own colours: fine below 80 %, then near, then full. What has no limit needs no bar. */}
      {of !== null && (
        <meter
          aria-label={label}
          min={0}
          max={1}
          low={0.8}
          high={0.999}
          optimum={0}
          value={of === 0 ? 1 : Math.min(1, used / of)}
          title={text}
        />
      )}
    </div>
  );
}
