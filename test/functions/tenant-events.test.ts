import { randomUUID } from 'node:crypto';
import type { Message } from '@google-cloud/pubsub';
import { composeOnboard } from '../../functions/onboard/compose-onboard';
import { type EventOf, eventSchemas, type TenantEvent } from '../../shared/definitions/schemas/event-schemas';
import { loadTables } from '../../shared/definitions/tables';
import { loadTiers } from '../../shared/definitions/tiers';
import { createRunJob } from '../../shared/google/bigquery/jobs/run-job';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createTenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import {
  createPublishTenantEvents,
  type PublishTenantEvents,
} from '../../shared/google/pubsub/publish-tenant-events';
import { systemClock } from '../../shared/support/clock';
import { call, query } from '../support/local-cloud';
import { describeQuotaEvents } from './quota-events-suite';
import { type Backends, schemasDirectory, startBackends } from './support/backends';
import { type Instance, startTenantsInstance } from './support/instances';
import { collectingLog, type Served, serve } from './support/serve';

const eventTopic = 'tenant-events';

describe('Events about tenants', () => {
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

  it('tenant.onboarded is missing, with a warning, where it cannot be published; the tenant is onboarded all the same', async () => {
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

  it('tenant.onboarded is a CloudEvent in JSON, as its schema says', async () => {
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
        max_queued_pipelines: 0,
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

  it('tenant.onboarded comes when the tenant is there, before the answer, and once an onboarding', async () => {
    const events: EventOf<'tenant.onboarded'>[] = [];
    const { onboard } = await start(async (published) => {
      for (const event of published) {
        if (event.type !== 'tenant.onboarded') throw new Error(`Unexpected ${event.type}`);
        const { subject, data } = event;
        const tenants = await query(backends.client, subject, 'SELECT onboarding_id FROM tenants');
        expect(tenants).toEqual([{ onboarding_id: data.onboarding_id }]);
        events.push(event);
      }
    });
    const answers = await Promise.all([onboard('once'), onboard('once'), onboard('once')]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const first = answers.find(({ status }) => status === 201)?.body.api_key_id;
    expect(events.map(({ data }) => data.onboarding_id)).toEqual([first]);
    const { body } = await onboard('once', { force_recreate_tables: true });
    expect(events.map(({ data }) => data.onboarding_id)).toEqual([first, body.api_key_id]);
    expect(new Set(events.map(({ id }) => id)).size).toBe(2);
  });

  describe('of changes', () => {
    const published: TenantEvent[] = [];
    let fails = false;
    let tenants: Instance;
    beforeAll(async () => {
      await backends.onboard('changing', { max_pipelines_per_month: 7 });
      tenants = await startTenantsInstance({
        bigqueryUrl: backends.bigquery.url,
        publishEvents: async (events) => {
          if (fails) throw new Error('The topic is gone');
          published.push(...events);
        },
      });
      served.push(tenants);
    });
    beforeEach(() => {
      published.length = 0;
      fails = false;
    });
    const change = async (method: string, path: string, body?: unknown) =>
      (await call(tenants.url, method, `/api/v1/tenants/changing${path}`, { body })).body;
    /** Each is as its schema says, with no further member. */
    const told = () => published.map((event) => eventSchemas[event.type].strict().parse(event));

    it('tell of suspension and activation, without what is for operators only', async () => {
      const suspend = (public_reason?: string) =>
        change('POST', '/suspend', { reason: 'a secret', public_reason });
      const { suspended_at } = await suspend('unpaid');
      await suspend();
      await change('POST', '/activate');
      // It is active already: nothing has happened.
      await change('POST', '/activate');
      expect(told()).toMatchObject([
        { type: 'tenant.suspended', data: { suspended_at, public_reason: 'unpaid' } },
        { type: 'tenant.suspended', data: { suspended_at, public_reason: null } },
        { type: 'tenant.activated', subject: 'changing' },
      ]);
      expect(new Set(published.map(({ id }) => id)).size).toBe(3);
      expect(JSON.stringify(published)).not.toContain('secret');
    });

    it('tell what quotas were before, and are', async () => {
      await change('PATCH', '/quotas', { max_pipelines_per_month: 8 });
      await change('PATCH', '/quotas', { max_pipelines_per_month: null });
      expect(told()).toMatchObject([
        { data: { max_pipelines_per_month: 8, before: { max_pipelines_per_month: 7 } } },
        { data: { max_pipelines_per_month: null, before: { max_pipelines_per_month: 8 } } },
      ]);
      expect(new Set(published.map(({ id }) => id)).size).toBe(2);
    });

    it('tell of each of two changes at the same moment under its own id, and as it was', async () => {
      const between: (() => Promise<unknown>)[] = [];
      // The answer to its statement is lost, and the statement sent again, after another instance's change.
      const hasty = await startTenantsInstance({
        bigqueryUrl: backends.bigquery.url,
        publishEvents: async (events) => void published.push(...events),
        runStatement: async (dataset, statement, parameters) => {
          await backends.runStatement(dataset, statement, parameters);
          await between.shift()?.();
          return await backends.runStatement(dataset, statement, parameters);
        },
      });
      served.push(hasty);
      const during = async (other: () => Promise<unknown>, method: string, path: string, body?: unknown) => {
        between.push(other);
        return await call(hasty.url, method, `/api/v1/tenants/changing${path}`, { body });
      };
      const quotas = (max_pipelines_per_month: number) => ({ max_pipelines_per_month });
      await change('PATCH', '/quotas', quotas(10));
      await during(() => change('PATCH', '/quotas', quotas(12)), 'PATCH', '/quotas', quotas(11));
      const because = (public_reason: string) => ({ reason: 'a secret', public_reason });
      await during(() => change('POST', '/suspend', because('two')), 'POST', '/suspend', because('one'));
      await during(() => change('POST', '/suspend', because('three')), 'POST', '/activate');
      expect((await change('GET', '')).is_active).toBe(false);
      await during(() => change('POST', '/activate'), 'POST', '/suspend', because('four'));
      expect((await change('GET', '')).is_active).toBe(true);
      expect(told()).toMatchObject([
        { data: { ...quotas(10) } },
        { data: { ...quotas(12), before: quotas(11) } },
        { data: { ...quotas(11), before: quotas(10) } },
        { type: 'tenant.suspended', data: { public_reason: 'two' } },
        { type: 'tenant.suspended', data: { public_reason: 'one' } },
        { type: 'tenant.suspended', data: { public_reason: 'three' } },
        { type: 'tenant.activated' },
        { type: 'tenant.activated' },
        { type: 'tenant.suspended', data: { public_reason: 'four' } },
      ]);
      expect(new Set(published.map(({ id }) => id)).size).toBe(published.length);
    });

    it('tell of a key that two revoke at the same moment as of one revocation', async () => {
      const { api_key_id } = await change('POST', '/api-keys', { name: 'twice' });
      const revoke = () => change('DELETE', `/api-keys/${api_key_id}`);
      const hasty = await startTenantsInstance({
        bigqueryUrl: backends.bigquery.url,
        publishEvents: async (events) => void published.push(...events),
        runStatement: async (dataset, statement, parameters) => {
          if (statement.name === 'revoke-api-key') await revoke();
          return await backends.runStatement(dataset, statement, parameters);
        },
      });
      served.push(hasty);
      const path = `/api/v1/tenants/changing/api-keys/${api_key_id}`;
      expect((await call(hasty.url, 'DELETE', path)).status).toBe(204);
      const [, first, second] = told();
      expect(first).toMatchObject({ type: 'api_key.revoked', data: { api_key_id } });
      expect(second).toEqual(first);
    });

    it('tell of keys that are made, rotated and revoked, without the keys', async () => {
      const first = await change('POST', '/api-keys', { name: 'ci' });
      const rotate = async (keyId: unknown, overlap_seconds: number) =>
        await change('POST', `/api-keys/${keyId}/rotate`, { overlap_seconds });
      const second = await rotate(first.api_key_id, 3_600);
      const third = await rotate(second.api_key_id, 0);
      await change('DELETE', `/api-keys/${third.api_key_id}`);
      expect(told()).toMatchObject([
        { type: 'api_key.created', data: { api_key_id: first.api_key_id, name: 'ci', replaces: null } },
        { type: 'api_key.created', data: { replaces: first.api_key_id } },
        { type: 'api_key.created', data: { replaces: second.api_key_id } },
        { type: 'api_key.revoked', data: { api_key_id: second.api_key_id } },
        { type: 'api_key.revoked', data: { api_key_id: third.api_key_id } },
      ]);
      for (const { api_key } of [first, second, third])
        expect(JSON.stringify(published)).not.toContain(String(api_key));
    });

    it('are missing, with a warning, where they cannot be published; what was changed stands', async () => {
      fails = true;
      expect(await change('PATCH', '/quotas', { max_pipelines_per_month: 9 })).toMatchObject({
        quotas: { max_pipelines_per_month: 9 },
      });
      expect(tenants.lines).toContainEqual(
        expect.objectContaining({
          severity: 'WARNING',
          message: 'The event quota.changed could not be published',
          tenant_id: 'changing',
        }),
      );
    });
  });

  describeQuotaEvents(() => backends);
});
