import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { PubSub } from '@google-cloud/pubsub';
import { pubSubClient } from 'local-pubsub/testing';
import { createPublishEvent } from '../../shared/google/pubsub/publish-event';
import { type Instance, startWorkerInstance } from '../functions/support/instances';
import { type HttpsApi, startHttpsApi } from '../support/https-api';
import { apiOf, endOfRun, onboard, query, startTestCloud, type TestCloud } from '../support/local-cloud';

/** One step of each type. */
const yaml = (
  host: string,
) => `description: What an API knows of a day's rates, checked, handed on and told of.
timeout_seconds: 60
sources: [gs://currencies/]
parameters:
  day: { type: DATE, description: The day, required: true }
steps:
  - id: rates
    type: http
    url: https://${host}/rates
    query: { day: { parameter: day } }
    secret_header: { name: X-Key, environment: PIPELINE_SECRET_RATES }
    format: JSON
    records: rates
    paging: { type: cursor, parameter: after, path: next }
    schema: [{ name: currency, type: STRING }, { name: rate, type: NUMERIC }]
    destination: { table: rates, write_disposition: WRITE_TRUNCATE }
  - id: names
    type: load
    source_uris: [gs://currencies/names.csv]
    format: CSV
    schema: [{ name: currency, type: STRING }, { name: name, type: STRING }]
    destination: { table: names, write_disposition: WRITE_TRUNCATE }
  - id: named_rates
    type: query
    needs: [rates, names]
    sql: SELECT @day AS day, name, rate FROM rates JOIN names USING (currency)
    destination: { table: named_rates, write_disposition: WRITE_TRUNCATE }
  - id: checks
    type: quality
    needs: [named_rates]
    table: named_rates
    checks: [{ name: all_named, type: row_count, min: 3 }]
  - id: hand_on
    type: export
    needs: [checks]
    sql: SELECT name, rate FROM named_rates ORDER BY name
    destination_uri: gs://exports/{tenant_id}/rates-{day}.csv
    format: CSV
  - id: tell
    type: notify
    needs: [hand_on]
    topic: pipeline-events
    message: Rates are there
`;

describe('a pipeline with a step of each type', () => {
  const schemas = mkdtempSync(join(tmpdir(), 'schemas-'));
  let api: HttpsApi;
  let cloud: TestCloud;
  let worker: Instance;
  let pubsub: PubSub;

  beforeAll(async () => {
    api = await startHttpsApi();
    cpSync(join(__dirname, '../../schemas'), schemas, { recursive: true });
    const file = join(schemas, 'pipelines/test/steps/all.yaml');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, yaml(api.host));
    cloud = await startTestCloud({}, schemas);
    pubsub = pubSubClient(Number(cloud.pubsubHost.split(':')[1]));
    await pubsub.topic('pipeline-events').createSubscription('receiver');
    // The deployed worker talks to the public internet only; this one may talk to the API of this test as well.
    const http = { hosts: [api.host], get: api.get, secretOf: () => 'key-of-the-rates-api' };
    const notify = { topics: ['pipeline-events'], publish: createPublishEvent(() => pubsub) };
    worker = await startWorkerInstance({ bigqueryUrl: cloud.bigqueryUrl, schemas, tools: { http, notify } });
    await pubsub.subscription('pipeline-runs-worker').modifyPushConfig({ pushEndpoint: worker.url });
  });
  afterAll(async () => {
    await pubsub?.close();
    await cloud?.close();
    await worker?.close();
    await api?.close();
    rmSync(schemas, { recursive: true, force: true });
  });

  it('runs from the request to the file and the event', async () => {
    const pages = [
      {
        rates: [
          { currency: 'EUR', rate: 1.1 },
          { currency: 'CHF', rate: 1.25 },
        ],
        next: 'CHF',
      },
      { rates: [{ currency: 'SEK', rate: 0.105 }], next: null },
    ];
    api.answerBy((_, index) =>
      index === 1 ? { status: 503 } : { body: JSON.stringify(pages[Math.min(index, 1)]) },
    );
    const names = join(cloud.dataDirectory, 'gcs/currencies/names.csv');
    mkdirSync(dirname(names), { recursive: true });
    writeFileSync(names, 'EUR,Euro\nCHF,"Franken, Schweizer"\nSEK,Krona\n');

    const apiKey = await onboard(cloud.url, 'steps');
    const parameters = { day: '2026-01-31' };
    const client = apiOf(cloud.url, { apiKey });
    const { run_id } = await client.startRun('steps', 'test/steps/all', { parameters });
    expect(await endOfRun(cloud.url, apiKey, run_id)).toMatchObject({
      status: 'COMPLETED',
      error_message: null,
    });

    expect(api.asked.map(({ url, headers }) => [url, headers['x-key']])).toEqual([
      ['/rates?day=2026-01-31', 'key-of-the-rates-api'],
      ['/rates?day=2026-01-31&after=CHF', 'key-of-the-rates-api'],
      ['/rates?day=2026-01-31&after=CHF', 'key-of-the-rates-api'],
    ]);
    const exported = readFileSync(
      join(cloud.dataDirectory, 'gcs/exports/steps/rates-2026-01-31.csv'),
      'utf8',
    );
    expect(exported).toBe('name,rate\nEuro,1.1\n"Franken, Schweizer",1.25\nKrona,0.105\n');
    const logs = 'SELECT step_id, step_type, status, rows_written FROM step_logs ORDER BY ended_at';
    const recorded = await query(cloud.bigquery, 'steps', logs);
    expect(recorded.map((row) => [row.step_id, row.step_type, row.status, row.rows_written]).sort()).toEqual([
      ['checks', 'quality', 'COMPLETED', 0],
      ['hand_on', 'export', 'COMPLETED', 3],
      ['named_rates', 'query', 'COMPLETED', 3],
      ['names', 'load', 'COMPLETED', 3],
      ['rates', 'http', 'COMPLETED', 3],
      ['tell', 'notify', 'COMPLETED', 0],
    ]);
    expect(await nextEvent(pubsub)).toMatchObject({
      tenant_id: 'steps',
      run_id,
      pipeline: 'test/steps/all',
      message: 'Rates are there',
      steps: expect.arrayContaining([expect.objectContaining({ step_id: 'hand_on', rows_written: 3 })]),
    });
  });
});

/** Of the subscription `receiver`. */
const nextEvent = (pubsub: PubSub): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const subscription = pubsub.subscription('receiver');
    subscription.once('error', reject);
    subscription.once('message', (message) => {
      message.ack();
      subscription.close().then(() => resolve(JSON.parse(message.data.toString())), reject);
    });
  });
