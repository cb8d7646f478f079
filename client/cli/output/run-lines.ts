import type { CheckEventData, Run, RunEventData, RunList, StepEventData } from '../../api';
import { durationText, plainText } from './formats';
import type { Colour, Terminal } from './terminal';

export type RunStatus = RunList['runs'][number]['status'];

const runColours: Readonly<Record<RunStatus, Colour>> = {
  QUEUED: 'dim',
  ADMITTED: 'cyan',
  COMPLETED: 'green',
  FAILED: 'red',
  CANCELLED: 'yellow',
};

/** All that there are. */
export const runStatuses: readonly RunStatus[] = ['QUEUED', 'ADMITTED', 'COMPLETED', 'FAILED', 'CANCELLED'];

const stepColours: Readonly<Record<StepEventData['status'], Colour>> = {
  PENDING: 'dim',
  RUNNING: 'cyan',
  COMPLETED: 'green',
  FAILED: 'red',
};

type Paint = Terminal['paint'];

export const paintRunStatus = (paint: Paint, status: RunStatus): string => paint(runColours[status], status);
export const paintStepStatus = (paint: Paint, status: StepEventData['status']): string =>
  paint(stepColours[status], status);

/** Words of a table that say how something went. */
export const paintStatuses = (table: string, paint: Paint): string =>
  table.replace(/\b[A-Z]{6,9}\b/g, (word) => {
    const colour = colourOf({ ...stepColours, ...runColours }, word);
    return colour === undefined ? word : paint(colour, word);
  });

const colourOf = (colours: Readonly<Record<string, Colour>>, word: string): Colour | undefined =>
  Object.hasOwn(colours, word) ? colours[word] : undefined;

/** COMPLETED in 3.2 s; or how and where it failed. */
export function endLine(
  {
    status,
    duration_ms,
    failed_step,
    error_code,
    error_message,
  }: Pick<RunEventData, 'status' | 'duration_ms' | 'failed_step' | 'error_code' | 'error_message'>,
  paint: Paint,
): string {
  const painted = paintRunStatus(paint, status);
  if (status === 'COMPLETED')
    return `${painted}${duration_ms === null ? '' : ` in ${durationText(duration_ms)}`}`;
  const where = failed_step ? ` at step '${failed_step}'` : '';
  return `${painted}${where} (${error_code ?? 'no code'}): ${plainText(error_message ?? 'no message')}`;
}

type QueuePlace = Pick<NonNullable<RunEventData['queue']>, 'place' | 'estimated_wait_seconds'>;

/** place 3, starts in about 4 min */
export const queueText = ({ place, estimated_wait_seconds: seconds }: QueuePlace): string =>
  `place ${place}${seconds === null ? '' : `, starts in about ${durationText(seconds * 1_000)}`}`;

export const queueLine = (queue: QueuePlace, paint: Paint): string =>
  `  ${paint(runColours.QUEUED, 'QUEUED'.padEnd(9))} ${queueText(queue)}`;

/** Their rows_written counts what they looked at or sent. */
const writesNothing = new Set(['quality', 'notify']);

/** A step as it begins or as it ended, with its warnings below. */
export function stepLines(step: StepEventData, paint: Paint): readonly string[] {
  const { step_id, type, status, attempts, duration_ms, rows_written, file_format, warnings, reused_from } =
    step;
  const facts = [
    ...(reused_from === null ? [] : [`done by run ${reused_from}`]),
    ...(file_format ? [file_format] : []),
    ...(rows_written === null || status === 'RUNNING' || writesNothing.has(type)
      ? []
      : [`${rows_written} rows`]),
    ...(duration_ms === null ? [] : [durationText(duration_ms)]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ];
  const padding = ' '.repeat(Math.max(0, 9 - status.length));
  const told = facts.length > 0 ? `: ${facts.join(', ')}` : '';
  return [
    `  ${paintStepStatus(paint, status)}${padding} ${plainText(`${step_id} (${type})${told}`)}`,
    ...warnings.map((warning) => `  ${paint('yellow', 'warning'.padEnd(9))} ${plainText(warning)}`),
  ];
}

/** A check that did not pass; of one that passed nothing. */
export function checkLines(check: CheckEventData | Run['checks'][number], paint: Paint): readonly string[] {
  const { check_name, severity, passed, message } = check;
  if (passed === true) return [];
  const colour = severity === 'error' ? 'red' : 'yellow';
  return [`  ${paint(colour, severity.padEnd(9))} ${plainText(message ?? check_name)}`];
}
