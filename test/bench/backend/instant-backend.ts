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
const candidateSchema = z.object({
  structValues: z.object({
    run_id: z.object({ value: z.string() }),
    request_hash: z.object({ value: z.string().nullish() }),
  }),
});
const requestSchema = z.object({
  labels: z.object({ statement: z.string() }),
  queryParameters: z.array(
    z.object({
      name: z.string(),
      parameterValue: z.object({
        value: z.unknown().optional(),
        arrayValues: z.array(candidateSchema).optional(),
      }),
    }),
  ),
});

const column = (name: string, type: string) => ({ name, type, mode: 'NULLABLE' });
const row = (...values: unknown[]) => ({ f: values.map((v) => ({ v })) });

function answerTo(text: string): object {
  const { labels, queryParameters } = requestSchema.parse(JSON.parse(text));
  const parameter = (wanted: string) => queryParameters.find(({ name }) => name === wanted)?.parameterValue;
  if (labels.statement === 'find-api-key') {
    return {
      fields: [column('key_id', 'STRING'), column('key_hash', 'STRING'), column('expires_at', 'TIMESTAMP')],
      row: row('key-1', parameter('key_hash')?.value, null),
    };
  }
  const admitted = (parameter('candidates')?.arrayValues ?? []).map(({ structValues }) => ({
    v: row(structValues.run_id.value, structValues.request_hash.value ?? null),
  }));
  return {
    fields: [
      column('is_active', 'BOOLEAN'),
      column('max_pipelines_per_month', 'INTEGER'),
      column('max_concurrent_pipelines', 'INTEGER'),
      column('used_this_month', 'INTEGER'),
      column('running', 'INTEGER'),
      {
        name: 'admitted',
        type: 'RECORD',
        mode: 'REPEATED',
        fields: [column('run_id', 'STRING'), column('request_hash', 'STRING')],
      },
    ],
    row: row('true', '100000', null, '41', '1', admitted),
  };
}

async function main(): Promise<void> {
  const pubsub = await startPubSub({ port: 0 });
  const pubsubHost = `127.0.0.1:${pubsub.port}`;
  await makeTopic(pubsubHost);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const send = (answer: object) =>
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(answer));
    // The tenant's dataset, once in an instance.
    if (request.method === 'GET') return void send({ location: 'US' });
    const { fields, row } = z
      .object({ fields: z.unknown(), row: z.unknown() })
      .parse(answerTo(Buffer.concat(chunks).toString()));
    send({
      jobComplete: true,
      jobReference: { projectId: 'local', jobId: 'job-1', location: 'US' },
      schema: { fields },
      totalRows: '1',
      rows: [row],
    });
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
