import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPipeline } from '../../../../shared/definitions/pipelines';
import { executePipeline } from '../../../../shared/pipelines/execute-pipeline';
import type { PipelineOutcome, RunToExecute } from '../../../../shared/pipelines/execution';
import { runOfYaml } from '../support/run-of-yaml';
import { schemasDirectory, startTenantDataset, type TenantDataset } from '../support/tenant-dataset';

/** Files of public bug reports, and definitions that load them. */
const cases = join(__dirname, '../../../data/cases');
export const caseFile = (name: string): Buffer => readFileSync(join(cases, name));

/** A tenant's dataset, and runs in it over files. */
export interface FileWorld {
  readonly tenant: TenantDataset;
  readonly execute: (run: Omit<RunToExecute, 'runId'>) => Promise<PipelineOutcome>;
  /** Runs a definition of the cases over a file of theirs, or over these bytes. */
  readonly runCase: (
    definition: string,
    file: string | Buffer,
    change?: (yaml: string) => string,
  ) => Promise<PipelineOutcome>;
  readonly runShipped: (path: string, sourceUri: string) => Promise<PipelineOutcome>;
  /** Runs the FOCUS pipeline over a file of the cases, or over these bytes. */
  readonly focus: (file: string | Buffer) => Promise<PipelineOutcome>;
  /** What the last run recorded of a step. */
  readonly stepLog: (step: string) => Promise<unknown[]>;
  /** The names of the checks that did not pass in the last run. */
  readonly failedChecks: () => Promise<unknown[]>;
  readonly lastRun: () => string;
  readonly dailyCosts: () => Promise<unknown[]>;
}

export async function startFileWorld(): Promise<FileWorld> {
  const tenant = await startTenantDataset();
  let runs = 0;
  const lastRun = () => `run${runs}`;
  const putFile = (file: string | Buffer) =>
    tenant.putFile('file', typeof file === 'string' ? caseFile(file) : file);
  const execute: FileWorld['execute'] = (run) => {
    runs += 1;
    return executePipeline({ ...run, runId: lastRun() }, tenant.tools);
  };
  const runShipped: FileWorld['runShipped'] = async (path, sourceUri) => {
    const definition = loadPipeline(schemasDirectory, path);
    if (definition === undefined) throw new Error(`There is no pipeline ${path}`);
    return await execute({
      tenantId: 'tenant_1',
      datasetId: tenant.datasetId,
      definition,
      parameters: { source_uri: sourceUri },
      leaseExpiresAt: new Date(Date.now() + 3_600_000),
    });
  };
  return {
    tenant,
    execute,
    runShipped,
    lastRun,
    async runCase(definition, file, change = (yaml) => yaml) {
      putFile(file);
      const yaml = change(
        caseFile(definition)
          .toString('utf8')
          .replace(/^description: .*\n/, ''),
      );
      return await execute(runOfYaml('', yaml, { source_uri: 'gs://billing/file' }));
    },
    async focus(file) {
      putFile(file);
      return await runShipped('focus/billing/daily_costs', 'gs://billing/file');
    },
    stepLog: (step) =>
      tenant.query(
        `SELECT file_format, bad_records, warnings FROM step_logs
         WHERE run_id = '${lastRun()}' AND step_id = '${step}'`,
      ),
    failedChecks: () =>
      tenant.query(
        `SELECT check_name FROM dq_results WHERE run_id = '${lastRun()}' AND NOT passed ORDER BY check_name`,
      ),
    dailyCosts: () =>
      tenant.query(
        `SELECT provider_name, billing_currency, CAST(billed_cost AS STRING) AS billed_cost, row_count
         FROM daily_costs ORDER BY provider_name, billing_currency`,
      ),
  };
}
