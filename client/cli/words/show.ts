import type { Run } from '../../api';
import type { Client } from '../../client';
import { ApiProblem } from '../../problem';
import { exitCodes } from '../exit-codes';
import { isOperationId, sayOperation } from '../following/follow-operation';
import { bytesText, durationText, plainText, timeText } from '../output/formats';
import { paintRunStatus, paintStatuses, queueText } from '../output/run-lines';
import { textTable, wideTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { defineWord } from '../word';
import { sayResults } from './results';

export const showWord = defineWord({
  name: 'show',
  takes: ['RUN'],
  about: 'shows a run with its steps, checks, warnings and results; an operation, op_…, with its progress',
  options: {},
  act: async ({ values, terminal, isJson, connect }) => {
    const [runId = ''] = values;
    const connection = await connect();
    const { client } = connection;
    if (isOperationId(runId)) {
      const path = { tenant: connection.tenant(), operation_id: runId };
      const operation = await client.call('showTenantOperation', { path });
      if (isJson) terminal.json(operation);
      else sayOperation(operation, terminal);
      return exitCodes.done;
    }
    const run = await client.call('showRun', { path: { run_id: runId } });
    if (isJson) terminal.json(run);
    else {
      sayRun(run, terminal);
      await sayWhatItMade(run, client, terminal);
    }
    return exitCodes.done;
  },
});

async function sayWhatItMade(
  { run_id, steps }: Run,
  client: Client,
  terminal: Pick<Terminal, 'say' | 'note'>,
): Promise<void> {
  if (!steps.some(({ status }) => status === 'COMPLETED')) return;
  const list = await client.call('listResults', { path: { run_id } }).catch((error: unknown) => {
    // They are shown besides: a key for other pipelines is refused them, and BigQuery may be busy.
    if (error instanceof ApiProblem) return undefined;
    throw error;
  });
  if (list === undefined || list.results.length === 0) return;
  terminal.say('');
  sayResults(list, terminal);
}

function sayRun(run: Run, { say, paint }: Terminal): void {
  say(`Run ${paint('bold', run.run_id)} ${paintRunStatus(paint, run.status)}`);
  for (const [name, text] of factsOf(run)) say(`  ${paint('dim', name.padEnd(10))} ${plainText(text)}`);
  if (run.steps.length > 0)
    say(`\n${paintStatuses(textTable(stepColumns, run.steps.map(stepCells), wideTable), paint)}`);
  if (run.checks.length > 0) say(`\n${textTable(checkColumns, run.checks.map(checkCells), wideTable)}`);
  if (run.warnings.length > 0) say('');
  for (const warning of run.warnings) say(`${paint('yellow', 'warning')} ${plainText(warning)}`);
}

/** What is known of a run, by its name. */
function factsOf(run: Run): readonly (readonly [name: string, text: string])[] {
  const { started_by: by, parameters } = run;
  const who =
    by === null
      ? ''
      : `, by ${by.actor_kind ?? 'key'} ${by.actor}${by.address === null ? '' : ` (${by.address})`}`;
  const took = run.duration_ms === null ? '' : ` (${durationText(run.duration_ms)})`;
  const facts: readonly (readonly [string, string | null])[] = [
    ['pipeline', run.pipeline],
    ['tenant', run.tenant_id],
    ['trigger', `${run.trigger ?? 'unknown'}${who}`],
    ['queue', run.queue && queueText(run.queue)],
    ['again', run.rerun_of && `does run ${run.rerun_of} again`],
    ['rerun by', run.reruns.length === 0 ? null : run.reruns.join(', ')],
    ['operation', run.operation_id],
    ['admitted', `${timeText(run.admitted_at)} UTC`],
    ['started', run.started_at && timeText(run.started_at)],
    ['ended', run.ended_at && `${timeText(run.ended_at)}${took}`],
    ['rows', run.rows_written === null ? null : `${run.rows_written} written`],
    ['bytes', bytesOf(run)],
    ['watermark', run.watermark],
    ['began at', run.watermark_from],
    ...Object.entries(parameters ?? {}).map(
      ([name, value], index) =>
        [
          index === 0 ? 'parameters' : '',
          `${name} = ${typeof value === 'string' ? value : JSON.stringify(value)}`,
        ] as const,
    ),
    ['error', errorOf(run)],
  ];
  return facts.flatMap(([name, text]) => (text === null ? [] : [[name, text] as const]));
}

const bytesOf = ({ bytes_processed, bytes_billed }: Run): string | null =>
  bytes_processed === null
    ? null
    : `${bytesText(bytes_processed)} processed, ${bytesText(bytes_billed ?? 0)} billed`;

function errorOf({ error_code, error_message, failed_step }: Run): string | null {
  if (error_code === null) return null;
  return `${error_code}${failed_step ? ` at step '${failed_step}'` : ''}: ${error_message ?? 'no message'}`;
}

const stepColumns = ['step', 'type', 'status', 'attempts', 'took', 'rows', 'billed', 'error'];
const stepCells = (step: Run['steps'][number]): readonly string[] => [
  step.step_id,
  step.type,
  step.reused_from === null ? step.status : 'REUSED',
  String(step.attempts),
  step.duration_ms === null ? '' : durationText(step.duration_ms),
  step.rows_written === null ? '' : String(step.rows_written),
  step.bytes_billed === null ? '' : bytesText(step.bytes_billed),
  step.error_code ?? '',
];

const checkColumns = ['check', 'step', 'severity', 'passed', 'expected', 'observed', 'failing rows'];
const checkCells = (check: Run['checks'][number]): readonly string[] => [
  check.check_name,
  check.step_id,
  check.severity,
  check.passed === null ? 'unknown' : check.passed ? 'yes' : 'no',
  check.expected ?? '',
  check.observed ?? '',
  check.failing_rows === null ? '' : String(check.failing_rows),
];
