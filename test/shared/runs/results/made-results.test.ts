import { definitionHash } from '../../../../shared/pipelines/rules/definition-hash';
import { findMadeResults, unknownSteps } from '../../../../shared/runs/results/made-results';
import { instructionsText } from '../../../../shared/runs/rules/run-instructions';
import type { RecordedAttempt } from '../../../../shared/sql/runs/read-run';
import { runOfYaml } from '../../pipelines/support/run-of-yaml';
import { attemptOf } from './recorded-attempt';

const { definition } = runOfYaml(
  'run-1',
  `
timeout_seconds: 60
parameters:
  day: { type: DATE, description: A day., default: '2026-01-31' }
steps:
  - id: first
    type: query
    sql: SELECT @day AS day
    destination:
      table: t
      write_disposition: WRITE_TRUNCATE
      time_partitioning: { type: MONTH, field: day }
      partition: day
  - { id: second, type: query, needs: [first], sql: SELECT 1 AS n, destination: { table: T, write_disposition: WRITE_APPEND } }
  - { id: nothing, type: query, sql: SELECT 1 AS n }
  - { id: out, type: export, table: t, format: CSV, destination_uri: 'gs://bucket/{tenant_id}/{run_id}-{day}.csv' }
`,
);
const [first] = definition.steps;
const hash = first === undefined ? '' : definitionHash(first, definition);

const attempt = (stepId: string, minute: number, change: Partial<RecordedAttempt> = {}) =>
  attemptOf(stepId, minute, { definition_hash: hash, ...change });
const run = (attempts: readonly RecordedAttempt[], instructions: string | null = null) => ({
  run_id: 'run-1',
  attempts: [...attempts],
  parameters: '{"day":"2026-02-28","gone":1}',
  instructions,
});
const made = (of: ReturnType<typeof run>) => findMadeResults('acme', of, definition);

describe('What a run has made', () => {
  it('has the number of its step, and the partition and file of its parameters', () => {
    expect(made(run([attempt('out', 3), attempt('first', 1)]))).toMatchObject([
      { n: 1, kind: 'table', table: 't', partitionId: '202602', madeAt: new Date('2026-11-01T12:01:00Z') },
      { n: 3, kind: 'files', uri: 'gs://bucket/acme/run-1-2026-02-28.csv' },
    ]);
  });

  it('is of the time of the last of its steps that write there', () => {
    const [one, two] = made(run([attempt('first', 1), attempt('second', 5)]));
    expect([one?.madeAt, two?.madeAt]).toEqual(Array(2).fill(new Date('2026-11-01T12:05:00Z')));
  });

  it('leaves out what has failed; a later attempt counts', () => {
    const failed = { status: 'FAILED' } as const;
    expect(made(run([attempt('first', 1, failed)]))).toEqual([]);
    expect(made(run([attempt('first', 1, failed), attempt('first', 2)]))).toHaveLength(1);
  });

  it('may be of a run before, and of a step that is another one by now', () => {
    const resume = {
      steps: {
        first: { run_id: 'run-0', hash, rows_written: 7 },
        out: { run_id: 'run-0', hash: 'x', rows_written: 1 },
      },
    };
    expect(made(run([], instructionsText({ resume })))).toMatchObject([
      { n: 1, reusedFrom: 'run-0', rowsWritten: 7, madeAt: undefined, isOfOtherDefinition: false },
      { n: 3, reusedFrom: 'run-0', uri: 'gs://bucket/acme/run-0-2026-02-28.csv', isOfOtherDefinition: true },
    ]);
  });

  it('is not known of steps that are gone', () => {
    const of = run([attempt('first', 1), attempt('gone', 1), attempt('watermark-read', 1)]);
    expect(unknownSteps(of, definition)).toEqual(['gone']);
  });
});
