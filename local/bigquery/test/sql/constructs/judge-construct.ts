import { BigQueryError } from '../../../bigquery-error';
import type { StatementResult } from '../../../model';
import { field, type TestEngine, testEngine } from '../../support/test-engine';
import type { Outcome } from './construct';

/** An engine with the tables that the constructs speak of. Files are neither written nor read. */
export async function constructsEngine(): Promise<TestEngine> {
  const none = async () => undefined;
  const bench = await testEngine(undefined, undefined, { exportRows: none, loadFiles: none });
  const columns = [
    field('id', 'INTEGER'),
    field('name', 'STRING'),
    field('amount', 'NUMERIC'),
    field('day', 'DATE'),
    field('ts', 'TIMESTAMP'),
  ];
  bench.table('t', columns, [
    ['1', 'a', '1.5', '2024-09-01', '1725185472000000'],
    ['2', 'b', '2', '2024-09-02', null],
    ['3', 'a', '3', '2024-09-02', '-1'],
  ]);
  bench.table(
    'u',
    [field('id', 'INTEGER'), field('label', 'STRING')],
    [
      ['1', 'one'],
      ['2', 'two'],
    ],
  );
  bench.table('j', [field('id', 'INTEGER'), field('doc', 'JSON')], [['1', '{"a":{"b":1},"c":[1,2]}']]);
  return bench;
}

/** What the check says of a statement, and what running it gives, one after the other. */
export async function checkedAndRun(
  bench: TestEngine,
  sql: string,
): Promise<{ readonly checked: string; readonly ran: unknown }> {
  const checked = await told(bench.analyze(sql), () => 'sound');
  const ran = await told(bench.run(sql), ({ rows, statementType }) => rows ?? { done: statementType });
  return { checked: String(checked), ran };
}

async function told(result: Promise<StatementResult>, read: (result: StatementResult) => unknown) {
  try {
    return read(await result);
  } catch (error) {
    if (error instanceof BigQueryError) return `${error.reason}: ${error.message}`;
    throw error;
  }
}

/**
 * What both must be. A refusal may come from the rows, and then only from running; a gap is never found out then.
 */
export function expectedOf(
  outcome: Outcome,
  checked: string,
): { readonly checked: string; readonly ran: unknown } {
  if ('gap' in outcome) {
    const message = `notImplemented: ${outcome.gap} is not supported by the local BigQuery.`;
    return { checked: message, ran: message };
  }
  if ('refused' in outcome)
    return { checked: checked === 'sound' ? 'sound' : outcome.refused, ran: outcome.refused };
  return { checked: 'sound', ran: outcome };
}
