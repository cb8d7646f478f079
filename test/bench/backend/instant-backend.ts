import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startPubSub } from 'local-pubsub';
import { z } from 'zod';
import { makeTopic } from './servers';
import { tellParent } from './tell-parent';

/**
 * A process that answers at once what `run` asks for: each key is known, each candidate admitted. Pub/Sub is the local
 * one without a disk: the client speaks gRPC to it as ever.
 */
const requestSchema = z.object({
  labels: z.object({ statement: z.string() }),
  queryParameters: z.array(
    z.object({ name: z.string(), parameterValue: z.object({ value: z.unknown().optional() }) }),
  ),
});

const column = (name: string, type: string) => ({ name, type, mode: 'NULLABLE' });
const row = (...values: unknown[]) => ({ f: values.map((v) => ({ v })) });

const answered = { jobComplete: true, jobReference: { projectId: 'local', jobId: 'job-1', location: 'US' } };

/** To a statement: admission is an UPDATE that changes the tenant row. Streamed rows are taken. */
function answerTo(path: string, text: string): object {
  if (/\/insertAll(\?|$)/.test(path)) return {};
  const { labels, queryParameters } = requestSchema.parse(JSON.parse(text));
  if (labels.statement !== 'find-api-key') return { ...answered, numDmlAffectedRows: '1' };
  const hash = queryParameters.find(({ name }) => name === 'key_hash')?.parameterValue.value;
  const fields = [
    column('key_id', 'STRING'),
    column('key_hash', 'STRING'),
    column('expires_at', 'TIMESTAMP'),
    { ...column('scopes', 'STRING'), mode: 'REPEATED' },
    { ...column('pipelines', 'STRING'), mode: 'REPEATED' },
    column('last_used_at', 'TIMESTAMP'),
  ];
  const key = row('key-1', hash, null, [], [], null);
  return { ...answered, schema: { fields }, totalRows: '1', rows: [key] };
}

const quotaColumns = [
  column('max_pipelines_per_month', 'INTEGER'),
  column('max_concurrent_pipelines', 'INTEGER'),
  column('pipeline_runs_this_month', 'INTEGER'),
  column('current_running_pipelines', 'INTEGER'),
  column('quota_reset_date', 'DATE'),
];

/** What an instance reads of a tenant once: the tenant row's quotas, its table's schema, the dataset. */
function resourceAt(path: string): object {
  if (/\/data(\?|$)/.test(path))
    return { totalRows: '1', rows: [row('100000', null, '41', '1', '2024-09-01')] };
  if (path.includes('/tables/')) return { schema: { fields: quotaColumns } };
  return { location: 'US' };
}

async function main(): Promise<void> {
  const pubsub = await startPubSub({ port: 0 });
  const pubsubHost = `127.0.0.1:${pubsub.port}`;
  await makeTopic(pubsubHost);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url = '' } = request;
    const answer = method === 'GET' ? resourceAt(url) : answerTo(url, Buffer.concat(chunks).toString());
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
  });
  server.listen(0, '127.0.0.1', () => {
    const { port } = z
      .object({ port: z.number() })
      .parse(server.address() satisfies AddressInfo | string | null);
    tellParent({ bigqueryUrl: `http://127.0.0.1:${port}`, pubsubHost });
  });
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
