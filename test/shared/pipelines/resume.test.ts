import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { executePipeline } from '../../../shared/pipelines/execute-pipeline';
import type { RunToExecute } from '../../../shared/pipelines/execution';
import { planRerun } from '../../../shared/runs/rerun/plan-rerun';
import { ledgerRow, recordedOutcome } from '../../../shared/runs/rules/ledger-row';
import { allDays } from '../../../shared/runs/rules/run-identity';
import type { RunInstructions } from '../../../shared/runs/rules/run-instructions';
import { instructionsText } from '../../../shared/runs/rules/run-instructions';
import { readRun } from '../../../shared/sql/runs/read-run';
import { startedByKey } from '../../support/started-by';
import { runOfYaml } from './support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from './support/tenant-dataset';

describe('A run that goes on after another', () => {
  let tenant: TenantDataset;
  beforeAll(async () => {
    tenant = await startTenantDataset();
    await tenant.query('CREATE TABLE events AS SELECT 1 AS id UNION ALL SELECT 2');
  });
  afterAll(() => tenant?.close());

  const yaml = (build: string) => `
watermark: { type: INT64, initial: 0, sql: SELECT MAX(id) FROM events }
steps:
  - id: copy
    type: query
    sql: SELECT id, @watermark AS seen FROM events WHERE id > @watermark
    destination: { table: copies, write_disposition: WRITE_APPEND }
  - id: build
    type: query
    needs: [copy]
    sql: ${build}
    destination: { table: built, write_disposition: WRITE_APPEND }
`;
  const broken = yaml('SELECT nope, @watermark AS seen FROM events');
  const mended = yaml('SELECT id, @watermark AS seen FROM events WHERE id > @watermark');
  /** Executes a run and writes its outcome down, as the worker does. */
  const execute = async (runId: string, text: string, instructions: RunInstructions = {}) => {
    const run: RunToExecute = { ...runOfYaml(runId, text), instructions };
    const outcome = await executePipeline(run, tenant.tools);
    const now = new Date();
    const slot = {
      run_id: runId,
      pipeline: run.definition.path,
      parameters: '{}',
      trigger: 'api',
      request_hash: null,
      ...startedByKey,
      instructions: instructionsText(instructions),
      admitted_at: now,
    };
    const row = recordedOutcome(slot, outcome, { startedAt: now, endedAt: now, recordedAt: now });
    await tenant.tools.appendRows(tenant.datasetId, 'pipeline_runs', [ledgerRow('tenant_1', runId, row)]);
    return outcome;
  };
  const resumeOf = async (runId: string) => {
    const parameters = { tenant_id: 'tenant_1', run_id: runId, ...allDays };
    const [run] = (await createRunStatement(tenant.bigquery)(tenant.datasetId, readRun, parameters)).rows;
    if (run === undefined) throw new Error(`There is no run ${runId}`);
    return planRerun(run, runOfYaml(runId, mended).definition, { from: 'failed_step' });
  };

  it('leaves out what is done, begins where that began, and records as if it were one run', async () => {
    expect(await execute('first', broken)).toMatchObject({ status: 'FAILED', failedStep: 'build' });
    await tenant.query('INSERT INTO events (id) VALUES (3)');
    const resumed = await execute('second', mended, await resumeOf('first'));
    expect(resumed).toMatchObject({ status: 'COMPLETED', watermark: '3', rowsWritten: 5 });
    expect(resumed.steps.map(({ stepId }) => stepId)).toEqual([
      'copy',
      'build',
      'watermark-read',
      'watermark-record',
    ]);
    expect(resumed.steps[0]).toMatchObject({ attempts: 0, bytesBilled: 0, rowsWritten: 2 });
    expect(await tenant.query('SELECT id, seen FROM copies ORDER BY id')).toEqual([
      { id: 1, seen: 0 },
      { id: 2, seen: 0 },
    ]);
    expect(await tenant.query('SELECT COUNT(*) AS built FROM built WHERE seen = 0')).toEqual([{ built: 3 }]);
  });

  it('does not put the watermark back that others have moved on', async () => {
    expect(await execute('third', broken)).toMatchObject({ status: 'FAILED' });
    await tenant.query('INSERT INTO events (id) VALUES (4)');
    expect(await execute('meanwhile', mended)).toMatchObject({ watermark: '4' });
    const last = await execute('fourth', mended, await resumeOf('third'));
    expect(last).toMatchObject({ status: 'COMPLETED', watermark: undefined });
    expect(await execute('next', mended)).toMatchObject({ rowsWritten: 0 });
  });

  it('one that is told where to begin reads again what was read, and records only if it is told to', async () => {
    const told = await execute('again', mended, { watermark: { from: '1', record: false } });
    expect(told).toMatchObject({ status: 'COMPLETED', watermark: undefined });
    expect(told.steps.map(({ stepId }) => stepId)).toEqual(['copy', 'build']);
    expect(await tenant.query('SELECT MIN(id) AS least FROM copies WHERE seen = 1')).toEqual([{ least: 2 }]);
    const asked = await execute('back', mended, { watermark: { from: '1', record: true } });
    expect(asked).toMatchObject({ watermark: '4' });
  });
});
