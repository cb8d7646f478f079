import type { Run } from '../../api';
import { exitCodes } from '../exit-codes';
import { bytesText, durationText, plainText, timeText } from '../output/formats';
import type { Colour } from '../output/terminal';
import { defineWord } from '../word';

export const logsWord = defineWord({
  name: 'logs',
  takes: ['RUN'],
  about: 'what happened in a run, a line each in order of time',
  notes: 'With --json each line is an object: time, level, step and message.',
  options: {},
  act: async ({ values, terminal, isJson, connect }) => {
    const [runId = ''] = values;
    const { client } = await connect();
    const run = await client.call('showRun', { path: { run_id: runId } });
    for (const line of logLines(run)) {
      if (isJson) terminal.jsonLine(line);
      else {
        const { time, level, step, message } = line;
        const at = terminal.paint('dim', (time === null ? '' : timeText(time)).padEnd(19));
        terminal.say(
          `${at} ${terminal.paint(colours[level], level.padEnd(7))} ${step === null ? '' : `${step}: `}${plainText(message)}`,
        );
      }
    }
    return exitCodes.done;
  },
});

type Level = 'info' | 'warning' | 'error';
const colours: Readonly<Record<Level, Colour>> = { info: 'green', warning: 'yellow', error: 'red' };

export interface LogLine {
  /** RFC 3339; null where it is not known. */
  readonly time: string | null;
  readonly level: Level;
  readonly step: string | null;
  readonly message: string;
}

/** What the interface knows of what happened in a run, in order of time. What has no time stands behind its step. */
export function logLines(run: Run): readonly LogLine[] {
  const lines = [
    ...beginningOf(run),
    ...run.steps.flatMap((step) => stepLog(step, run.checks)),
    ...endOf(run),
  ];
  // Lines of one time stay as they are.
  const at = (line: LogLine) => (line.time === null ? Number.POSITIVE_INFINITY : Date.parse(line.time));
  return lines.sort((one, other) => (at(one) === at(other) ? 0 : at(one) - at(other)));
}

const line = (
  time: string | null,
  message: string,
  level: Level = 'info',
  step: string | null = null,
): LogLine => ({
  time,
  level,
  step,
  message,
});

function beginningOf({ admitted_at, started_at, trigger, started_by, pipeline }: Run): readonly LogLine[] {
  const by = started_by === null ? '' : ` by ${started_by.actor_kind ?? 'key'} ${started_by.actor}`;
  return [
    line(admitted_at, `${pipeline} admitted (${trigger ?? 'unknown'})${by}`),
    ...(started_at === null ? [] : [line(started_at, 'started')]),
  ];
}

function endOf({
  ended_at,
  status,
  duration_ms,
  error_code,
  error_message,
  failed_step,
}: Run): readonly LogLine[] {
  if (ended_at === null) return [];
  const took = duration_ms === null ? '' : ` after ${durationText(duration_ms)}`;
  if (error_code === null) return [line(ended_at, `${status}${took}`)];
  const where = failed_step ? ` at step '${failed_step}'` : '';
  return [
    line(ended_at, `${status}${took}${where} (${error_code}): ${error_message ?? 'no message'}`, 'error'),
  ];
}

function stepLog(step: Run['steps'][number], checks: Run['checks']): readonly LogLine[] {
  const { step_id: id, started_at, ended_at, status } = step;
  if (started_at === null) return [];
  const facts = [
    ...(step.duration_ms === null ? [] : [`after ${durationText(step.duration_ms)}`]),
    ...(step.file_format === null ? [] : [step.file_format]),
    ...(step.rows_written === null ? [] : [`${step.rows_written} rows`]),
    ...(step.bytes_billed === null ? [] : [`${bytesText(step.bytes_billed)} billed`]),
    ...(step.attempts > 1 ? [`${step.attempts} attempts`] : []),
    ...(step.error_code === null ? [] : [`${step.error_code}: ${step.error_message ?? 'no message'}`]),
  ];
  const ofStep = checks.filter(({ step_id }) => step_id === id);
  return [
    line(started_at, `started (${step.type})`, 'info', id),
    ...ofStep.map((check) => checkLine(check, ended_at ?? started_at)),
    ...step.warnings.map((warning) => line(ended_at ?? started_at, warning, 'warning', id)),
    ...(ended_at === null
      ? []
      : [line(ended_at, `${status} ${facts.join(', ')}`.trim(), status === 'FAILED' ? 'error' : 'info', id)]),
  ];
}

function checkLine(check: Run['checks'][number], time: string): LogLine {
  const { check_name: name, passed, severity, message, step_id } = check;
  if (passed === true) return line(time, `check ${name} passed`, 'info', step_id);
  return line(
    time,
    message ?? `check ${name} did not pass`,
    severity === 'error' ? 'error' : 'warning',
    step_id,
  );
}
