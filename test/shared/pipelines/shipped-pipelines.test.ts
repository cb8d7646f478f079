import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBillingSample } from '../../../local/tools/sample/gcp-sample';
import { loadPipeline } from '../../../shared/definitions/pipelines';
import { executePipeline } from '../../../shared/pipelines/execute-pipeline';
import type { RunToExecute } from '../../../shared/pipelines/execution';
import { parseParameters } from '../../../shared/pipelines/rules/pipeline-parameters';
import { schemasDirectory, startTenantDataset, type TenantDataset } from './support/tenant-dataset';

/** Real billing data, which is not part of the project: see its README about the totals below. */
const focusSample = join(__dirname, '../../../../shared/data/focus_sample.csv');

describe('the pipelines that ship, through Google’s client', () => {
  let tenant: TenantDataset;
  beforeAll(async () => {
    tenant = await startTenantDataset();
  });
  afterAll(() => tenant?.close());

  const runOf = (runId: string, path: string, given: unknown = {}): RunToExecute => {
    const definition = loadPipeline(schemasDirectory, path);
    if (!definition) throw new Error(`There is no pipeline ${path}`);
    const parsed = parseParameters(definition.parameters, given);
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
    const leaseExpiresAt = new Date(Date.now() + 3_600_000);
    return {
      runId,
      tenantId: 'tenant_1',
      datasetId: tenant.datasetId,
      definition,
      parameters: parsed.values,
      leaseExpiresAt,
    };
  };

  it('gcp/example/dryrun completes', async () => {
    expect(await executePipeline(runOf('dry1', 'gcp/example/dryrun'), tenant.tools)).toMatchObject({
      status: 'COMPLETED',
      rowsWritten: 0,
      steps: [{ stepId: 'read_metadata', attempts: 1 }],
    });
    expect(await tenant.query("SELECT step_id, status, job_id FROM step_logs WHERE run_id = 'dry1'")).toEqual(
      [{ step_id: 'read_metadata', status: 'COMPLETED', job_id: 'tp_dry1_read_metadata_1' }],
    );
  });

  describe('gcp/billing/daily_costs', () => {
    const sample = makeBillingSample(300, 7);
    const uri = { source_uri: 'gs://billing/export.ndjson' };
    const totals = `
      SELECT CAST(SUM(cost) AS STRING) AS cost, CAST(SUM(credits) AS STRING) AS credits,
        CAST(SUM(net_cost) AS STRING) AS net, SUM(row_count) AS row_count FROM gcp_daily_costs`;
    const expected = {
      cost: String(sample.costMicros / 1e6),
      credits: String(sample.creditMicros / 1e6),
      net: String((sample.costMicros + sample.creditMicros) / 1e6),
      row_count: 300,
    };

    it('has the totals of its source to the last digit, and the same ones when run again', async () => {
      tenant.putFile('export.ndjson', sample.rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
      for (const runId of ['gcp1', 'gcp2']) {
        const outcome = await executePipeline(runOf(runId, 'gcp/billing/daily_costs', uri), tenant.tools);
        expect(outcome).toMatchObject({ status: 'COMPLETED', errorMessage: undefined });
        expect(outcome.steps.map((step) => step.stepId)).toEqual([
          'load_export',
          'build_daily_costs',
          'check_daily_costs',
        ]);
        expect(await tenant.query(totals)).toEqual([expected]);
      }
      const results = await tenant.query("SELECT check_name, passed FROM dq_results WHERE run_id = 'gcp1'");
      expect(results).toHaveLength(5);
      expect(results).toContainEqual({ check_name: 'totals_match_source', passed: true });
      expect(results).not.toContainEqual(expect.objectContaining({ passed: false }));
    });

    it('fails with a message to act on when its file is absent', async () => {
      const missing = { source_uri: 'gs://billing/nope.ndjson' };
      const outcome = await executePipeline(runOf('gcp3', 'gcp/billing/daily_costs', missing), tenant.tools);
      expect(outcome).toMatchObject({ status: 'FAILED', failedStep: 'load_export', errorCode: 'not_found' });
      expect(outcome.errorMessage).toContain("Step 'load_export' failed: Not found: ");
      expect(outcome.errorMessage).toContain('gs://billing/nope.ndjson');
      expect(await tenant.query(totals)).toEqual([expected]);
    });

    it('fails with a message that says where, when a row is broken', async () => {
      tenant.putFile('broken.ndjson', `${JSON.stringify(sample.rows[0])}\n{"cost": "many"}\n`);
      const broken = { source_uri: 'gs://billing/broken.ndjson' };
      const outcome = await executePipeline(runOf('gcp4', 'gcp/billing/daily_costs', broken), tenant.tools);
      expect(outcome).toMatchObject({
        status: 'FAILED',
        failedStep: 'load_export',
        errorCode: 'invalid_data',
      });
      expect(outcome.errorMessage).toContain('broken.ndjson');
      expect(outcome.errorMessage).toMatch(/many|cost/);
    });

    it('fails its checks when the file has no rows', async () => {
      tenant.putFile('empty.ndjson', '');
      const empty = { source_uri: 'gs://billing/empty.ndjson' };
      const outcome = await executePipeline(runOf('gcp5', 'gcp/billing/daily_costs', empty), tenant.tools);
      expect(outcome).toMatchObject({
        status: 'FAILED',
        failedStep: 'check_daily_costs',
        errorCode: 'check_failed',
        errorMessage:
          "Check 'has_rows' of step 'check_daily_costs' failed: 0 rows in table gcp_daily_costs, expected at least 1.",
      });
    });
  });

  const focus = existsSync(focusSample) ? it : it.skip;
  focus('focus/billing/daily_costs gives the known totals of the FOCUS sample data, twice', async () => {
    tenant.putFile('focus_sample.csv', readFileSync(focusSample));
    for (const runId of ['focus1', 'focus2']) {
      const run = runOf(runId, 'focus/billing/daily_costs', { source_uri: 'gs://billing/focus_sample.csv' });
      expect(await executePipeline(run, tenant.tools)).toMatchObject({
        status: 'COMPLETED',
        errorMessage: undefined,
        rowsWritten: 629,
      });
      const totals = await tenant.query(`
        SELECT COUNT(*) AS day_groups, SUM(row_count) AS row_count, CAST(SUM(billed_cost) AS STRING) AS billed,
          CAST(SUM(effective_cost) AS STRING) AS effective, CAST(SUM(list_cost) AS STRING) AS list,
          CAST(MIN(charge_date) AS STRING) AS first, CAST(MAX(charge_date) AS STRING) AS last
        FROM daily_costs`);
      expect(totals).toEqual([
        {
          day_groups: 629,
          row_count: 1000,
          billed: '20.52022672899',
          effective: '14.97651418586',
          list: '20.39090575119',
          first: '2024-09-01',
          last: '2024-09-30',
        },
      ]);
    }
  });
});
