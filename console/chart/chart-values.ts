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
