import { randomUUID } from 'node:crypto';
import type { Message } from '@google-cloud/pubsub';
import { composeOnboard } from '../../../functions/onboard/compose-onboard';
import { eventSchemas, type TenantEvent } from '../../../shared/definitions/schemas/event-schemas';
import { loadTables } from '../../../shared/definitions/tables';
import { loadTiers } from '../../../shared/definitions/tiers';
import { createRunJob } from '../../../shared/google/bigquery/jobs/run-job';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createTenantDatasets } from '../../../shared/google/bigquery/tables/tenant-datasets';
import {
  createPublishTenantEvents,
  type PublishTenantEvents,
} from '../../../shared/google/pubsub/publish-tenant-events';
import { systemClock } from '../../../shared/support/clock';
import { call, query } from '../../support/local-cloud';
import { type Backends, schemasDirectory, startBackends } from '../support/backends';
import { collectingLog, type Served, serve } from '../support/serve';

const eventTopic = 'tenant-events';

describe('tenant.onboarded', () => {
  let backends: Backends;
  const served: Served[] = [];
  beforeAll(async () => {
    backends = await startBackends();
  });
  afterAll(async () => {
    for (const instance of served) await instance.close();
    await backends?.close();
  });

  /** The function as it is, unless another way to publish is given. */
  async function start(publish?: PublishTenantEvents) {
    const { log, lines } = collectingLog();
    const setUp = {
      answerMs: 240_000,
      adminRule: { kind: 'open' } as const,
      tables: loadTables(schemasDirectory),
      tiers: loadTiers(schemasDirectory),
      defaultLocation: 'EU',
      dryRun: undefined,
      events: { topic: eventTopic, types: [] },
      newId: randomUUID,
      clock: systemClock,
      log,
    };
    const routes = composeOnboard(setUp, {
      createBigQuery: () => backends.client,
      createRunStatement,
      createRunJob,
      createTenantDatasets,
      createPublishTenantEvents: publish === undefined ? createPublishTenantEvents : () => publish,
    });
    const instance = await serve(routes, log);
    served.push(instance);
    const onboard = (tenant_id: string, change: Record<string, unknown> = {}) =>
      call(instance.url, 'POST', '/api/v1/customers/onboard', {
        body: { tenant_id, company_name: 'Test Corporation', ...change },
      });
    return { onboard, lines };
  }

  it('warns where it cannot be published; the tenant is onboarded all the same', async () => {
    const { onboard, lines } = await start();
    // There is no topic yet.
    expect(await onboard('unannounced')).toMatchObject({
      status: 201,
      body: { api_key: expect.stringContaining('unannounced_api_') },
    });
    expect(await query(backends.client, 'unannounced', 'SELECT is_active FROM tenants')).toEqual([
      { is_active: true },
    ]);
    expect(lines).toContainEqual(
      expect.objectContaining({
        severity: 'WARNING',
        message: 'The event tenant.onboarded could not be published',
        tenant_id: 'unannounced',
      }),
    );
  });

  it('is a CloudEvent in JSON, as its schema says', async () => {
    await backends.messages.createTopic(eventTopic);
    const [subscription] = await backends.messages.topic(eventTopic).createSubscription('receiver');
    const received = new Promise<Message>((resolve) => subscription.once('message', resolve));
    const { onboard, lines } = await start();
    const { body } = await onboard('announced', { max_pipelines_per_month: null });
    const message = await received;
    message.ack();
    const { data, attributes } = message;
    await subscription.close();
    const event: unknown = JSON.parse(data.toString());
    expect(event).toEqual({
      specversion: '1.0',
      type: 'tenant.onboarded',
      source: 'tenant-pipelines',
      id: `tenant.onboarded-announced-${body.api_key_id}`,
      subject: 'announced',
      time: body.created_at,
      datacontenttype: 'application/json',
      data: {
        tenant_id: 'announced',
        company_name: 'Test Corporation',
        subscription_tier: 'FREE',
        max_pipelines_per_month: null,
        max_concurrent_pipelines: 5,
        location: 'EU',
        onboarding_id: body.api_key_id,
      },
    });
    expect(eventSchemas['tenant.onboarded'].parse(event)).toEqual(event);
    expect(attributes).toMatchObject({
      'content-type': 'application/cloudevents+json',
      type: 'tenant.onboarded',
      tenant_id: 'announced',
    });
    expect(data.toString()).not.toContain(String(body.api_key));
    expect(lines.filter(({ severity }) => severity === 'WARNING')).toEqual([]);
  });

  it('comes when the tenant is there, before the answer, and once an onboarding', async () => {
    const events: TenantEvent[] = [];
    const { onboard } = await start(async (published) => {
      for (const { subject, data } of published) {
        const tenants = await query(backends.client, subject, 'SELECT onboarding_id FROM tenants');
        expect(tenants).toEqual([{ onboarding_id: data.onboarding_id }]);
      }
      events.push(...published);
    });
    const answers = await Promise.all([onboard('once'), onboard('once'), onboard('once')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const first = answers.find(({ status }) => status === 201)?.body.api_key_id;
    expect(events.map(({ data }) => data.onboarding_id)).toEqual([first]);
    const { body } = await onboard('once', { force_recreate_tables: true });
    expect(events.map(({ data }) => data.onboarding_id)).toEqual([first, body.api_key_id]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });
});
