import { dayAndHour } from '../format/times';

/** What is drawn of one kind of thing over time. */
export interface ChartSeries {
  readonly name: string;
  /** null: nothing is known of that time. */
  readonly values: readonly (number | null)[];
  readonly colour: 'good' | 'bad' | 'live' | 'waits' | 'accent' | 'quiet';
  /** Stands upon the stacked ones before it. */
  readonly isStacked?: boolean;
}

export interface ChartProps {
  /** What is shown, such as `Runs per hour`. */
  readonly label: string;
  readonly kind: 'bars' | 'line' | 'steps';
  /** Seconds since 1970, rising. */
  readonly at: readonly number[];
  readonly series: readonly ChartSeries[];
  readonly format: (value: number) => string;
  /** A line that is not to be passed, such as a quota. */
  readonly limit?: number | null;
  /** Of the values: binary units are marked at round numbers of their own. */
  readonly unit?: 'bytes';
  /** Whole days of UTC: told as days, whatever the viewer's zone. */
  readonly isDaily?: boolean;
}

/** The heights at which the series end: of stacked ones, upon all stacked ones before. */
export function heights(series: readonly ChartSeries[]): readonly (readonly (number | null)[])[] {
  let below: readonly number[] = [];
  return series.map(({ values, isStacked }) => {
    if (!isStacked) return values;
    const upon = values.map((value, index) => (value ?? 0) + (below[index] ?? 0));
    below = upon;
    return upon;
  });
}

/** The upper end of the scale: a little more than what is shown, so that nothing touches the frame. */
export function scaleTop(shown: readonly (readonly (number | null)[])[], limit: number | null): number {
  const highest = Math.max(0, limit ?? 0, ...shown.flatMap((values) => values.map((value) => value ?? 0)));
  return highest === 0 ? 1 : highest * 1.08;
}

const day = 86_400;

/** Between the marks of days: whole days. */
export const daySteps: readonly number[] = [1, 2, 7, 14, 28, 91, 182, 364].map((days) => days * day);

/** Where the time axis begins and ends, if its values do not tell: a single one stands at the beginning of a day. */
export const endsOf = ([first, ...others]: readonly number[]): [from: number, to: number] | undefined =>
  first !== undefined && others.length === 0 ? [first, first + day] : undefined;

/** What stands at the marks of the time axis: days where it is long, else hours, with the day where a new one begins. */
export function timeMarks(marks: readonly number[], isDaily: boolean): readonly string[] {
  const [first = 0, second = first + day] = marks;
  const isLong = isDaily || second - first >= day;
  let shown = '';
  return marks.map((mark) => {
    const [today, hour] = dayAndHour(mark * 1_000, isDaily);
    if (isLong) return today;
    if (today === shown) return hour;
    shown = today;
    return `${hour}\n${today}`;
  });
}

/** Between the marks of what is counted in ones: no mark stands between two of them. */
export const countSteps: readonly number[] = Array.from({ length: 12 }, (_, power) =>
  [1, 2, 5].map((step) => step * 10 ** power),
).flat();

/** Between the marks of a scale of bytes: powers of two. */
export const byteSteps: readonly number[] = Array.from({ length: 60 }, (_, power) => 2 ** power);

/** The time of a point, in the viewer's zone; of a whole day the day, UTC. */
export const pointTime = (seconds: number, isDaily: boolean): string =>
  dayAndHour(seconds * 1_000, isDaily)
    .slice(0, isDaily ? 1 : 2)
    .join(', ');
