import { randomUUID } from 'node:crypto';
import { http, type Request, type Response } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { readEnv } from '../../../shared/env';
import { createBigQuery } from '../../../shared/google/bigquery/bigquery-client';
import { classifyFailure } from '../../../shared/google/bigquery/failures';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createPublishRun } from '../../../shared/google/pubsub/publish-run';
import { integer } from '../../../shared/sql/column-schemas';
import { defineStatement } from '../../../shared/sql/define-statement';
import { findApiKey } from '../../../shared/sql/keys/find-api-key';
import { hashApiKey } from '../../../shared/tenants/rules/api-key';

/**
 * The baseline: admission as the specification describes it, three BigQuery requests with the check in between. Another
 * request can come between the check and the count, and every request is a DML statement of its own. Nothing is tried
 * again but by Google's client itself.
 */
const selectQuota = defineStatement({
  name: 'baseline-select-quota',
  sql: `
SELECT pipeline_runs_this_month AS used, max_pipelines_per_month AS quota
FROM tenants
WHERE tenant_id = @tenant_id AND is_active`,
  parameters: { tenant_id: 'STRING' },
  row: z.object({ used: integer, quota: integer.nullable() }),
});

const updateCounters = defineStatement({
  name: 'baseline-update-counters',
  sql: `
UPDATE tenants
SET
  pipeline_runs_count = pipeline_runs_count + 1,
  pipeline_runs_this_month = pipeline_runs_this_month + 1,
  current_running_pipelines = current_running_pipelines + 1,
  last_pipeline_run_at = @now
WHERE tenant_id = @tenant_id`,
  parameters: { tenant_id: 'STRING', now: 'TIMESTAMP' },
  row: z.unknown(),
});

const runStatement = createRunStatement(createBigQuery());
const publishRun = createPublishRun(readEnv().RUN_TOPIC);

http('three-statements', async (request, response) => {
  if (request.method !== 'POST') {
    response.status(405).end();
    return;
  }
  try {
    await admit(request, response);
  } catch (error) {
    response.status(500).json({ detail: classifyFailure(error).message });
  }
});

/** POST /api/v1/pipelines/run/{tenant}/… */
async function admit(request: Request, response: Response): Promise<void> {
  const tenant_id = request.path.split('/')[5] ?? '';
  const key_hash = hashApiKey(request.header('X-API-Key') ?? '');
  const keys = await runStatement(tenant_id, findApiKey, { tenant_id, key_hash });
  if (keys.rows.length === 0) {
    response.status(401).json({ detail: 'Invalid API key' });
    return;
  }
  const [tenant] = (await runStatement(tenant_id, selectQuota, { tenant_id })).rows;
  if (tenant === undefined || (tenant.quota !== null && tenant.used >= tenant.quota)) {
    response
      .status(429)
      .json({ detail: `Monthly pipeline quota exceeded. Used ${tenant?.used}/${tenant?.quota}.` });
    return;
  }
  await runStatement(tenant_id, updateCounters, { tenant_id, now: new Date() });
  const run_id = randomUUID();
  await publishRun({ tenant_id, run_id, pipeline: 'gcp/example/dryrun' });
  response.status(202).json({ run_id, tenant_id, pipeline: 'gcp/example/dryrun', status: 'ADMITTED' });
}
