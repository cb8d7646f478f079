import { styleText } from 'node:util';

/** What a log line tells, before it gets its form. */
export interface ToldLine {
  readonly severity: 'DEBUG' | 'INFO' | 'WARNING' | 'ERROR';
  readonly message: string;
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly labels: Readonly<Record<string, string | undefined>>;
  /** An error with its stack. */
  readonly stack?: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
}

type Style = Parameters<typeof styleText>[0];

/**
 * A log line for people, in their own time zone: a line for each request, and for each start, step and end of a
 * run. Undefined for what only machines read: what Pub/Sub and the scheduler send, unless it fails; other lines tell of
 * what came of it.
 */
export function prettyLine(line: ToldLine, hasColours: boolean): string | undefined {
  const { severity, message, labels, fields, stack } = line;
  if (fields.event === 'request' && /^POST \/(?!api\/)\S* 2/.test(message)) return undefined;
  const style = (how: Style, text: string) => (hasColours ? styleText(how, text) : text);
  const problem = severity === 'WARNING' || severity === 'ERROR' ? `${severity} ` : '';
  // Ids begin with the time: their ends tell those of one minute apart.
  const run = labels.run === undefined || fields.event === 'request' ? undefined : labels.run.slice(-8);
  const about = run === undefined ? [] : [`${labels.tenant ?? ''} ${labels.pipeline ?? ''}`.trim(), run];
  const parts = [...about, ...figuresOf(fields)].filter((part) => part !== '');
  return [
    style('dim', new Date(line.time).toTimeString().slice(0, 8)),
    `${style(severity === 'ERROR' ? 'red' : 'yellow', problem)}${coloured(message, style)}`,
    style('dim', parts.join(' · ')),
    ...(stack === undefined ? [] : [`\n${stack.replace(/^/gm, '         ')}`]),
  ]
    .filter((part) => part !== '')
    .join('  ');
}

/** How a run or a step ended, or a request was answered, catches the eye. */
const coloured = (message: string, style: (how: Style, text: string) => string): string =>
  message
    .replace(/\b(COMPLETED|2\d\d)\b(?=$|:| \()/, (word) => style('green', word))
    .replace(/\b(FAILED|5\d\d)\b(?=$|:| )/, (word) => style('red', word));

function figuresOf(fields: Readonly<Record<string, unknown>>): readonly string[] {
  const { httpRequest, duration_ms, rows_written, bytes_billed, error_code, error_message } = fields;
  const latency = isRecord(httpRequest) ? Number.parseFloat(String(httpRequest.latency)) * 1000 : duration_ms;
  return [
    ...(typeof latency === 'number' ? [durationOf(latency)] : []),
    ...(typeof rows_written === 'number' ? [`${rows_written} rows`] : []),
    ...(typeof bytes_billed === 'number' && bytes_billed > 0
      ? [`${Math.round(bytes_billed / 1e6)} MB billed`]
      : []),
    ...[error_code, error_message].flatMap((text) => (typeof text === 'string' ? [text] : [])),
  ];
}

const durationOf = (ms: number): string =>
  ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
