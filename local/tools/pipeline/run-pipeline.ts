import type { BigQuery } from '@google-cloud/bigquery';
import { ApiProblem, type Client, type RunEventData } from '../../../client';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { loadTiers } from '../../../shared/definitions/tiers';
import type { PipelineRequest } from './arguments';
import type { Clients } from './clients';
import { findPipeline, toParameters } from './given-parameters';
import { showProgress } from './show-progress';
import { describeTable, findFinalTables } from './show-tables';
import { findTenantKey } from './tenant-key';

export interface PipelineDependencies {
  readonly clients: Clients;
  readonly bigquery: BigQuery;
  readonly schemasDirectory: string;
  readonly say: (line: string) => void;
}

/**
 * Runs a pipeline and says how it goes. Resolves to whether it completed.
 * @throws Error when it cannot be started
 */
export async function runPipeline(
  request: PipelineRequest,
  dependencies: PipelineDependencies,
): Promise<boolean> {
  const { clients, bigquery, schemasDirectory, say } = dependencies;
  const { tenantId, dataDirectory } = request;
  const definition = findPipeline(loadPipelines(schemasDirectory), request.pipeline);
  const parameters = toParameters(definition, request.parameters);
  const [tier = ''] = Object.keys(loadTiers(schemasDirectory));
  const apiKey = request.apiKey ?? (await findTenantKey({ clients, tenantId, dataDirectory, tier, say }));

  const client = clients.ofTenant(apiKey);
  const runId = await startRun(client, tenantId, definition.path, parameters);
  say(`Run ${runId} of ${definition.path} for ${tenantId}`);
  const run = await showProgress(client, runId, say);
  say(describeEnd(run));
  if (run.status !== 'COMPLETED') return false;
  for (const table of findFinalTables(definition)) {
    say(`\n${await describeTable(bigquery, tenantId, table, request.rows)}`);
  }
  return true;
}

async function startRun(
  client: Client,
  tenantId: string,
  pipeline: string,
  parameters: Readonly<Record<string, unknown>>,
): Promise<string> {
  try {
    return (await client.startRun(tenantId, pipeline, { parameters })).run_id;
  } catch (error) {
    if (!(error instanceof ApiProblem) || error.code !== 'pipeline_not_found') throw error;
    throw new Error(
      `${error.message} in the local cloud that is running: start it again, so that it reads schemas/ anew`,
    );
  }
}

function describeEnd({ status, duration_ms, failed_step, error_code, error_message }: RunEventData): string {
  const duration = duration_ms === null ? '' : ` in ${(duration_ms / 1000).toFixed(1)} s`;
  if (status === 'COMPLETED') return `COMPLETED${duration}`;
  const where = failed_step ? ` at step '${failed_step}'` : '';
  return `${status}${where} (${error_code ?? 'no code'}): ${error_message ?? 'no message'}`;
}
