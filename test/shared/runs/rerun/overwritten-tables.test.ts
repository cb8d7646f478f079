import type { DescribedRows } from '../../../../shared/google/bigquery/tables/read-rows-page';
import { definitionHash } from '../../../../shared/pipelines/rules/definition-hash';
import {
  createFindOverwritten,
  type FindOverwritten,
} from '../../../../shared/runs/rerun/overwritten-tables';
import { instructionsText } from '../../../../shared/runs/rules/run-instructions';
import { runOfYaml } from '../../pipelines/support/run-of-yaml';

const { definition } = runOfYaml(
  'run',
  `
steps:
  - { id: stage, type: query, sql: SELECT 1 AS n, destination: { table: staging, write_disposition: WRITE_TRUNCATE } }
  - { id: add, type: query, sql: SELECT 2 AS n, destination: { table: shared, write_disposition: WRITE_APPEND } }
  - { id: publish, type: query, sql: SELECT 3 AS n, destination: { table: out, write_disposition: WRITE_TRUNCATE }, needs: [stage, add] }
`,
  {},
);
const admittedAt = new Date('2026-11-30T12:00:00Z');
const madeAt = new Date('2026-11-30T12:01:00Z');
const attempt = (step_id: string) => ({
  step_id,
  step_type: 'query',
  attempt: 1,
  status: 'COMPLETED' as const,
  started_at: admittedAt,
  ended_at: madeAt,
  rows_written: 1,
  bytes_processed: 0,
  bytes_billed: 0,
  job_id: null,
  error_code: null,
  error_message: null,
  bad_records: null,
  file_format: null,
  warnings: [],
  definition_hash: null,
  watermark: null,
});
const run = {
  run_id: 'run-1',
  parameters: null,
  instructions: null,
  admitted_at: admittedAt,
  attempts: [attempt('stage'), attempt('add')],
};

/** What is said of the run where its tables were last written to at these times; undefined: it is gone. */
async function found(
  times: Readonly<Record<string, Date | undefined>>,
  of: Parameters<FindOverwritten>[1] = run,
) {
  const looked: string[] = [];
  const find = createFindOverwritten(async (_, table): Promise<DescribedRows | undefined> => {
    looked.push(table);
    const lastModifiedAt = times[table];
    return lastModifiedAt && { rows: 1, bytes: 8, lastModifiedAt, fields: [] };
  });
  return { changed: await find('acme', of, definition), looked };
}
const later = new Date(madeAt.getTime() + 1);

describe('The tables of steps that a rerun leaves out', () => {
  it('that are as the run has made them are no obstacle; what others append to is not looked at', async () => {
    expect(await found({ staging: madeAt, shared: later })).toEqual({ changed: [], looked: ['staging'] });
  });

  it('that were written to since, or are gone, are told', async () => {
    expect((await found({ staging: later })).changed).toEqual([
      "the table 'staging' of step 'stage' was written to since then",
    ]);
    expect((await found({})).changed).toEqual(["the table 'staging' of step 'stage' is gone"]);
  });

  it('of an earlier run have to be as they were when this one was admitted', async () => {
    const steps = Object.fromEntries(
      definition.steps
        .slice(0, 2)
        .map((step) => [
          step.id,
          { run_id: 'run-0', hash: definitionHash(step, definition), rows_written: 1 },
        ]),
    );
    const resumed = { ...run, attempts: [], instructions: instructionsText({ resume: { steps } }) };
    expect((await found({ staging: admittedAt }, resumed)).changed).toEqual([]);
    expect((await found({ staging: madeAt }, resumed)).changed).toHaveLength(1);
  });
});
