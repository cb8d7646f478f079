import { randomUUID } from 'node:crypto';
import { http } from '@google-cloud/functions-framework';
import { z } from 'zod';
import { admitRuns } from '../../../shared/sql/runs/admit-runs';

/**
 * What one would write by hand for `run` with nothing but Node: each request sends the admission's UPDATE and publishes
 * the run, by two requests with fetch. No key is checked, nothing is shared between requests or tried again.
 */
const { BIGQUERY_EMULATOR_HOST, PUBSUB_EMULATOR_HOST, RUN_TOPIC } = z
  .object({ BIGQUERY_EMULATOR_HOST: z.string(), PUBSUB_EMULATOR_HOST: z.string(), RUN_TOPIC: z.string() })
  .parse(process.env);

http('two-requests', async (request, response) => {
  const [, , , , , tenantId = '', ...path] = request.path.split('/');
  const [runId, pipeline] = [randomUUID(), path.join('/')];
  const admission = await post(`${BIGQUERY_EMULATOR_HOST}/projects/local/queries`, {
    query: admitRuns.sql,
    useLegacySql: false,
    parameterMode: 'NAMED',
    queryParameters: [
      scalar('tenant_id', 'STRING', tenantId),
      scalar('statement_id', 'STRING', randomUUID()),
      scalar('now', 'TIMESTAMP', new Date().toISOString()),
      scalar('unlimited', 'INT64', '1000000000000'),
      scalar('most_waiting', 'INT64', '5000'),
      candidates({
        run_id: ['STRING', runId],
        pipeline: ['STRING', pipeline],
        parameters: ['STRING', '{}'],
        trigger: ['STRING', 'api'],
        request_hash: ['STRING', null],
        key_id: ['STRING', 'key-1'],
        lease_seconds: ['INT64', '3600'],
      }),
    ],
    defaultDataset: { datasetId: tenantId },
    location: 'US',
    labels: { statement: 'admit-runs' },
    requestId: randomUUID(),
    timeoutMs: 10_000,
  });
  const isAdmitted = z.object({ numDmlAffectedRows: z.string() }).parse(admission).numDmlAffectedRows === '1';
  const message = { tenant_id: tenantId, run_id: runId, pipeline };
  const data = Buffer.from(JSON.stringify(message)).toString('base64');
  await post(`http://${PUBSUB_EMULATOR_HOST}/v1/projects/local/topics/${RUN_TOPIC}:publish`, {
    messages: [{ data, attributes: { tenant_id: tenantId, run_id: runId } }],
  });
  response.status(isAdmitted ? 202 : 429).json({ ...message, status: 'ADMITTED' });
});

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: 'Bearer token' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

const scalar = (name: string, type: string, value: string) => ({
  name,
  parameterType: { type },
  parameterValue: { value },
});

/** An array of one struct. */
const candidates = (fields: Readonly<Record<string, readonly [type: string, value: string | null]>>) => ({
  name: 'candidates',
  parameterType: {
    type: 'ARRAY',
    arrayType: {
      type: 'STRUCT',
      structTypes: Object.entries(fields).map(([name, [type]]) => ({ name, type: { type } })),
    },
  },
  parameterValue: {
    arrayValues: [
      {
        structValues: Object.fromEntries(
          Object.entries(fields).map(([name, [, value]]) => [name, { value }]),
        ),
      },
    ],
  },
});
