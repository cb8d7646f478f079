// In short: ../../functions/tenants/tenants.test.ts
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareMessaging } from '../../../local/cloud/messaging';
import {
  type ClientEnvironment,
  createClientEnvironment,
} from '../../../local/cloud/servers/client-environment';
import { loadControlTables } from '../../../shared/definitions/tables';
import { createControlDataset } from '../../../shared/google/bigquery/tables/control-dataset';
import { messageData } from '../../../shared/google/pubsub/publish-messages';
import { insertWebhook } from '../../../shared/sql/webhooks/insert-webhook';
import { tenantOffboarded } from '../../../shared/tenants/rules/tenant-events';
import { deliveryIdOf } from '../../../shared/webhooks/rules/delivery-message';
import { createWebhookSecrets } from '../../../shared/webhooks/rules/webhook-secret';
import { type Backends, schemasDirectory, startBackends } from '../../functions/support/backends';
import { type BigQueryProxy, type Call, startProxy } from '../../functions/support/proxy';
import {
  startWebhookReceiver,
  verified,
  type WebhookReceiver,
} from '../../functions/support/webhook-receiver';
import { type FunctionProcess, spawnFunction } from '../../support/function-process';
import { eventually, query } from '../../support/local-cloud';

const WEBHOOK_SECRET = 'secret-of-the-deployment-of-this-test';
const control = 'tenant_pipelines';
/** So many that some of them are at each stage of their way when the function is killed. */
const eventsAtOnce = 30;

/** When it is killed: at a call to BigQuery that is not answered, or while the receiver lets it wait. */
const moments: readonly (readonly [moment: string, at: ((call: Call) => boolean) | 'while it posts'])[] = [
  ['it looks for whom an event is', ({ path }) => path.includes('/tables/webhooks/data')],
  ['it waits for an answer of the endpoint', 'while it posts'],
  [
    'it has posted an event, and writes that down',
    ({ path }) => path.includes('/tables/webhook_deliveries/insertAll'),
  ],
];

describe('A deliverer that is killed', () => {
  const directory = mkdtempSync(join(tmpdir(), 'deliverer-killed-'));
  let backends: Backends;
  let proxy: BigQueryProxy;
  let environment: ClientEnvironment;
  let receiver: WebhookReceiver;
  const started: FunctionProcess[] = [];

  beforeAll(async () => {
    backends = await startBackends();
    proxy = await startProxy(backends.bigquery.url);
    const addresses = { bigqueryUrl: proxy.url, pubsubHost: `127.0.0.1:${backends.pubsub.port}` };
    environment = await createClientEnvironment(addresses, directory);
    receiver = await startWebhookReceiver();
    const tables = () => loadControlTables(schemasDirectory);
    await createControlDataset(backends.client, { name: control, location: 'US', tables }).ensure();
  });
  afterAll(async () => {
    for (const deliverer of started) await deliverer.kill();
    await receiver?.close();
    await environment?.close();
    await proxy?.close();
    await backends?.close();
    rmSync(directory, { recursive: true });
  });

  /** Pub/Sub calls this one from now on. */
  const start = async (): Promise<FunctionProcess> => {
    const deliverer = await spawnFunction('deliver-events', {
      ...environment.variables,
      SCHEMAS_DIRECTORY: schemasDirectory,
      WEBHOOK_SECRET,
      HTTP_STEP_LOCAL: `hooks.example.com=${receiver.url}`,
    });
    started.push(deliverer);
    const name = 'deliver-events';
    await prepareMessaging(
      {
        runTopic: 'pipeline-runs',
        workerUrl: 'http://127.0.0.1:9/',
        pushes: [
          { topic: 'tenant-events', name, endpoint: `${deliverer.url}/events` },
          { topic: 'webhook-deliveries', name, endpoint: `${deliverer.url}/deliveries` },
          { topic: 'webhook-retries', name, endpoint: `${deliverer.url}/deliveries` },
        ],
      },
      environment.variables,
    );
    return deliverer;
  };

  it.each(moments)('when %s: the next one delivers every event', async (moment, at) => {
    const tenantId = moment.replaceAll(/\W+/g, '_').slice(0, 40);
    const webhookId = `webhook-of-${tenantId}`;
    await backends.runStatement(control, insertWebhook, {
      webhook_id: webhookId,
      tenant_id: tenantId,
      onboarding_id: 'life-1',
      url: `https://hooks.example.com/${tenantId}`,
      event_types: [],
      description: null,
      created_by: 'admin',
      now: new Date(),
      most: 20,
    });
    const events = Array.from({ length: eventsAtOnce }, (_, index) =>
      tenantOffboarded(
        { tenant_id: tenantId, onboarding_id: 'life-1' },
        new Date(Date.UTC(2026, 10, 30, 12, index)),
        null,
      ),
    );
    const held = new Promise<void>((resolve) => {
      if (at === 'while it posts') receiver.answerAt(`/${tenantId}`, () => resolve());
      else
        proxy.treat((call) => {
          if (!at(call)) return 'pass';
          resolve();
          return 'lose-answer';
        });
    });
    const deliverer = await start();
    const topic = backends.messages.topic('tenant-events');
    for (const event of events)
      await topic.publishMessage({
        data: Buffer.from(messageData(event), 'base64'),
        attributes: { tenant_id: tenantId },
      });
    await held;
    await deliverer.kill();
    proxy.treat(() => 'pass');
    receiver.answerAt(`/${tenantId}`, (response) => response.writeHead(204).end());
    await start();

    const expected = events.map(({ id }) => deliveryIdOf(id, webhookId)).sort();
    const written = () =>
      query(
        backends.client,
        control,
        `SELECT DISTINCT delivery_id AS id FROM webhook_deliveries
         WHERE tenant_id = @tenantId AND outcome = 'delivered' ORDER BY id`,
        { tenantId },
      );
    const delivered = await eventually('the delivery of all events', async () => {
      const rows = await written();
      return rows.length < expected.length ? undefined : rows;
    });
    expect(delivered.map(({ id }) => id)).toEqual(expected);
    const came = receiver.at(`/${tenantId}`);
    expect([...new Set(came.map(({ id }) => id))].sort()).toEqual(expected);
    const secret = createWebhookSecrets(WEBHOOK_SECRET).secretOf(webhookId, 1);
    for (const delivery of came) expect(events).toContainEqual(verified(delivery, secret));
  });
});
