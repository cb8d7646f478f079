import type uPlot from 'uplot';
import {
  byteSteps,
  type ChartProps,
  countSteps,
  daySteps,
  endsOf,
  heights,
  pointTime,
  scaleTop,
  timeMarks,
} from './chart-values';

/** A chart on the page. */
export interface Drawing {
  readonly draw: (chart: ChartProps, width: number) => void;
  readonly resize: (width: number) => void;
  readonly end: () => void;
}

/** Of a chart, without its legend. */
export const heightRem = 12.5;

/** The library: loaded with the first chart that is shown. */
export type Plots = typeof uPlot;

/** Draws into an element, until it is ended. */
export function startDrawing(Plot: Plots, element: HTMLElement): Drawing {
  let plot: uPlot | undefined;
  return {
    draw: (chart, width) => {
      plot?.destroy();
      plot = new Plot(optionsOf(Plot, chart, coloursOf(element), width), dataOf(chart), element);
    },
    resize: (width) => {
      if (plot !== undefined && width > 0 && width !== plot.width)
        plot.setSize({ width, height: plot.height });
    },
    end: () => plot?.destroy(),
  };
}

const colourNames = ['good', 'bad', 'live', 'waits', 'accent', 'quiet', 'line', 'text'] as const;
type Colours = Readonly<Record<(typeof colourNames)[number], string>>;

/** The stylesheet's colours as they are now: light or dark. */
function coloursOf(element: HTMLElement): Colours {
  const probe = document.createElement('span');
  element.append(probe);
  const colourOf = (name: string): string => {
    probe.style.color = `var(--${name === 'waits' ? 'warn' : name})`;
    return getComputedStyle(probe).color;
  };
  const [good, bad, live, waits, accent, quiet, line, text] = colourNames.map(colourOf);
  probe.remove();
  const or = (colour: string | undefined) => colour ?? 'gray';
  return {
    good: or(good),
    bad: or(bad),
    live: or(live),
    waits: or(waits),
    accent: or(accent),
    quiet: or(quiet),
    line: or(line),
    text: or(text),
  };
}

/** How many times as large as usual the viewer has text. A canvas does not follow it by itself. */
const textScale = (): number => Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;

/** Stacked series are drawn from the highest to the lowest, so that each covers what is below it. */
function dataOf({ at, series, limit }: ChartProps): uPlot.AlignedData {
  const lines = [...heights(series)].reverse().map((values) => [...values]);
  const limits = limit == null ? [] : [at.map(() => limit)];
  return [[...at], ...lines, ...limits];
}

function optionsOf(
  { paths: pathsOf, tzDate }: Plots,
  chart: ChartProps,
  colours: Colours,
  width: number,
): uPlot.Options {
  const { kind, series, format, limit, unit, isDaily = false } = chart;
  const scale = textScale();
  const axis = {
    stroke: colours.quiet,
    font: `${12 * scale}px system-ui, sans-serif`,
    grid: { stroke: colours.line, width: 1 },
    ticks: { show: false },
  };
  const paths = {
    bars: pathsOf.bars?.({ size: [0.75, 36] }),
    steps: pathsOf.stepped?.({ align: 1 }),
    line: pathsOf.linear?.(),
  }[kind];
  const drawn = series.map(({ name, colour, values, isStacked }): uPlot.Series => {
    const stroke = colours[colour];
    const isFilled = kind === 'bars' || isStacked === true;
    return {
      label: name,
      stroke,
      width: kind === 'bars' ? 0 : 2,
      points: { show: false },
      // Told is the value itself, not the height at which it ends.
      value: (_, __, ___, index) => {
        const value = index === null ? undefined : values[index];
        if (index === null) return '';
        return value == null ? '–' : format(value);
      },
      ...(isFilled && { fill: stroke }),
      ...(paths !== undefined && { paths }),
    };
  });
  const ends = endsOf(chart.at);
  const top = scaleTop(heights(series), limit ?? null);
  return {
    width,
    height: heightRem * 16 * scale,
    padding: [null, 17 * scale, null, null],
    ...(isDaily && { tzDate: (seconds: number) => tzDate(new Date(seconds * 1_000), 'UTC') }),
    cursor: { y: false, drag: { x: false, y: false }, points: { show: kind !== 'bars' } },
    legend: { live: true },
    scales: { ...(ends !== undefined && { x: { range: ends } }), y: { range: [0, top] } },
    axes: [
      {
        ...axis,
        size: 50 * scale,
        space: 50 * scale,
        values: (_, marks) => [...timeMarks(marks, isDaily)],
        ...(isDaily && { incrs: [...daySteps] }),
      },
      {
        ...axis,
        size: 64 * scale,
        space: 30 * scale,
        values: (_, marks) => marks.map(format),
        incrs: [...(unit === 'bytes' ? byteSteps : countSteps)],
      },
    ],
    series: [
      {
        label: isDaily ? 'Day' : 'Time',
        value: (_, seconds: number | null) => (seconds === null ? '' : pointTime(seconds, isDaily)),
      },
      ...drawn.reverse(),
      ...(limit == null
        ? []
        : [
            {
              label: 'Quota',
              stroke: colours.bad,
              width: 1,
              dash: [6, 4],
              points: { show: false },
              value: (_, value: number | null) => (value === null ? '' : format(value)),
            } satisfies uPlot.Series,
          ]),
    ],
  };
}
