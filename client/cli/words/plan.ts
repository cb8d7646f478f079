import type { DryRun } from '../../api';
import { parameterOptions, readParameters } from '../arguments/read-parameters';
import { exitCodes } from '../exit-codes';
import { bytesText, costText, plainText } from '../output/formats';
import { textTable, wideTable } from '../output/table';
import type { Colour, Terminal } from '../output/terminal';
import { defineWord } from '../word';

export const planWord = defineWord({
  name: 'plan',
  takes: ['PIPELINE'],
  about: 'what a run would read and cost, by a dry run: nothing is started or counted',
  notes: `The exit code is 1 where a step would fail as everything is now, and 3 where the run would be refused.`,
  options: {
    ...parameterOptions,
    watermark: { kind: 'text', value: 'VALUE', about: 'as if it began after this watermark' },
  },
  act: async (task) => {
    const { values, terminal, isJson } = task;
    const [pipeline = ''] = values;
    const connection = await task.connect();
    const parameters = await readParameters(task, connection.client, pipeline);
    const watermark = task.given.text('watermark');
    const options = { parameters, watermark, signal: task.surroundings.interrupted };
    const plan = await connection.client.planRun(connection.tenant(), pipeline, options);
    if (isJson) terminal.json(plan);
    else sayPlan(plan, terminal);
    if (plan.admission.status === 'REFUSED') return exitCodes.refused;
    return plan.would_fail ? exitCodes.notCompleted : exitCodes.done;
  },
});

const statusColours: Readonly<Record<DryRun['steps'][number]['status'], Colour>> = {
  ESTIMATED: 'green',
  NOT_BILLED: 'green',
  NOT_KNOWN: 'yellow',
  WOULD_FAIL: 'red',
};

function sayPlan(plan: DryRun, { say, paint }: Terminal): void {
  const { pipeline, tenant_id, admission, watermark, parameters, steps, currency } = plan;
  say(`Plan of ${paint('bold', pipeline)} for ${tenant_id}: nothing is started`);
  for (const [name, value] of Object.entries(parameters)) {
    say(`  ${name} = ${plainText(typeof value === 'string' ? value : JSON.stringify(value))}`);
  }
  if (watermark !== null) say(`  begins after watermark ${plainText(watermark)}`);
  const { refusal } = admission;
  if (refusal !== null) say(`  ${paint('red', 'REFUSED')} (${refusal.code}): ${plainText(refusal.detail)}`);
  const table = textTable(
    columns,
    steps.map((step) => cellsOf(step, currency)),
    wideTable,
  );
  say(
    `\n${table.replace(/\b(?:ESTIMATED|NOT_BILLED|NOT_KNOWN|WOULD_FAIL)\b/g, (word) => {
      const status = steps.find((step) => step.status === word)?.status;
      return status === undefined ? word : paint(statusColours[status], word);
    })}`,
  );
  for (const { step_id, error_code, error_message, warnings } of steps) {
    if (error_code !== null) say(`${step_id}: ${error_code}: ${plainText(error_message ?? 'no message')}`);
    for (const warning of warnings) say(`${step_id}: ${paint('yellow', 'warning')} ${plainText(warning)}`);
  }
  say(`\n${paint('bold', sumOf(plan))}`);
}

/** In all, as far as it is known. */
function sumOf(plan: DryRun): string {
  const { is_complete, bytes_processed, bytes_billed, estimated_bigquery_cost, currency } = plan;
  const price = `${costText(plan.bigquery_price_per_tib, currency)} a TiB`;
  const known = `${bytesText(bytes_processed)} read, ${bytesText(bytes_billed)} billed, ${costText(estimated_bigquery_cost, currency)} at ${price}`;
  return is_complete ? `In all ${known}` : `At least ${known}: not all steps can be estimated yet`;
}

const columns = [
  'step',
  'type',
  'status',
  'reads',
  'accuracy',
  'billed',
  'cost',
  'limit',
  'files',
  'reads tables of',
];

function cellsOf(step: DryRun['steps'][number], currency: string): readonly string[] {
  const { bytes_processed, bytes_billed, estimated_bigquery_cost: cost, maximum_bytes_billed: most } = step;
  const files = step.files?.map(({ uri, files: count, bytes }) => {
    const figures = [count === null ? [] : [`${count}`], bytes === null ? [] : [bytesText(bytes)]].flat();
    return figures.length === 0 ? uri : `${uri} (${figures.join(', ')})`;
  });
  return [
    step.step_id,
    step.type,
    step.status,
    bytes_processed === null ? '' : bytesText(bytes_processed),
    step.accuracy ?? '',
    bytes_billed === null ? '' : bytesText(bytes_billed),
    cost === null ? '' : costText(cost, currency),
    most === null ? '' : bytesText(most),
    (files ?? []).join(', '),
    step.reads_tables_of.join(', '),
  ];
}
