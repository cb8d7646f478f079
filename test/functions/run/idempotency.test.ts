import { rmSync } from 'node:fs';
import { casesInShort, itAtLength } from '../../support/cases/at-length';
import { call, query, withKey } from '../../support/local-cloud';
import { type Backends, dryrun, schemasWith, startBackends } from '../support/backends';
import { type Instance, push, startRunInstance, startWorkerInstance } from '../support/instances';

/** A week before the end of a month of 30 days. */
const now = new Date('2026-11-24T00:00:00Z');
const secondsLeft = String(7 * 86_400);
const withDefaults = `
description: For tests.
timeout_seconds: 60
parameters:
  source:
    type: STRING
    description: Required.
    required: true
  limit:
    type: INT64
    description: With a default.
    default: 10
  day:
    type: DATE
    description: Without one.
steps:
  - id: read
    type: query
    sql: SELECT @source AS source, @limit AS max, @day AS day
`;

describe('The run function', () => {
  let backends: Backends;
  let schemas: string;
  let instances: readonly Instance[];
  beforeAll(async () => {
    backends = await startBackends();
    schemas = schemasWith({ 'test/example/with_defaults': withDefaults });
    const options = { bigqueryUrl: backends.bigquery.url, schemas, now: () => now };
    instances = await Promise.all([startRunInstance(options), startRunInstance(options)]);
  });
  afterAll(async () => {
    for (const instance of instances) await instance.close();
    await backends.close();
    rmSync(schemas, { recursive: true });
  });
  interface Ask {
    readonly key?: string;
    readonly pipeline?: string;
    readonly body?: unknown;
    /** Which of the two instances: 0 or 1. */
    readonly at?: number;
  }
  const ask = (tenantId: string, apiKey: string, { key, pipeline = dryrun, body, at = 0 }: Ask = {}) => {
    const headers = { ...withKey(apiKey), ...(key === undefined ? {} : { 'Idempotency-Key': key }) };
    const path = `/api/v1/pipelines/run/${tenantId}/${pipeline}`;
    return call(instances[at]?.url ?? '', 'POST', path, { headers, body });
  };
  const onboard = async (tenantId: string, quotas: Parameters<Backends['onboard']>[1] = {}) => {
    const apiKey = await backends.onboard(tenantId, quotas);
    // The month of the tests' clock.
    const sql = "UPDATE tenants SET quota_reset_date = DATE '2026-11-01' WHERE TRUE";
    await query(backends.client, tenantId, sql);
    return apiKey;
  };

  describe('with an Idempotency-Key', () => {
    it('gives a repeat the same answer, and counts it once', async () => {
      const apiKey = await onboard('repeated');
      const first = await ask('repeated', apiKey, { key: 'order-1' });
      expect(first).toMatchObject({
        status: 202,
        body: { tenant_id: 'repeated', pipeline: dryrun, status: 'ADMITTED' },
      });
      for (const at of [0, 1, 0]) {
        const again = await ask('repeated', apiKey, { key: 'order-1', at });
        expect(again).toMatchObject({ status: 202, body: first.body });
        expect(again.headers.get('location')).toBe(first.headers.get('location'));
      }
      expect(await backends.usage('repeated')).toMatchObject({
        ever: 1,
        month: 1,
        slots: [first.body.run_id],
      });
    });

    it('gives simultaneous requests, to one instance or to two, the same run', async () => {
      const apiKey = await onboard('at_once', { max_concurrent_pipelines: 1 });
      const asked = Array.from({ length: 20 }, (_, index) =>
        ask('at_once', apiKey, { key: 'k', at: index % 2 }),
      );
      const answers = await Promise.all(asked);
      expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
      expect(new Set(answers.map(({ body }) => body.run_id)).size).toBe(1);
      expect(await backends.usage('at_once')).toMatchObject({ ever: 1, slots: [answers[0]?.body.run_id] });
    });

    it('finds the run even when it is over', async () => {
      const apiKey = await onboard('over', { max_pipelines_per_month: 2 });
      const first = await ask('over', apiKey, { key: 'order-1' });
      const worker = await startWorkerInstance({ bigqueryUrl: backends.bigquery.url, now: () => now });
      expect((await push(worker, 'over', String(first.body.run_id))).status).toBe(204);
      expect(await backends.usage('over')).toMatchObject({ ever: 1, slots: [] });
      const again = await ask('over', apiKey, { key: 'order-1', at: 1 });
      expect(again).toMatchObject({ status: 202, body: first.body });
      expect(await ask('over', apiKey, { key: 'order-1', body: {}, at: 0 })).toMatchObject({ status: 202 });
      expect(await backends.usage('over')).toMatchObject({ ever: 1, month: 1, slots: [] });
      // Its message comes again and does nothing.
      expect((await push(worker, 'over', String(first.body.run_id))).status).toBe(204);
      expect(await backends.ledger('over')).toHaveLength(1);
      await worker.close();
      expect(await ask('over', apiKey, { key: 'order-2' })).toMatchObject({ status: 202 });
      expect(await ask('over', apiKey, { key: 'order-3' })).toMatchObject({ status: 429 });
      expect(await ask('over', apiKey, { key: 'order-1' })).toMatchObject({ status: 202, body: first.body });
      const another = await ask('over', apiKey, {
        key: 'order-1',
        pipeline: 'test/example/with_defaults',
        body: { source: 'a' },
      });
      expect(another).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
    });

    itAtLength('decides anew on a request that was refused: its key is not used up', async () => {
      const apiKey = await onboard('refused', { max_concurrent_pipelines: 1 });
      await backends.hold('refused', ['held'], { now });
      expect(await ask('refused', apiKey, { key: 'order-1' })).toMatchObject({ status: 429 });
      await query(backends.client, 'refused', 'UPDATE tenants SET max_concurrent_pipelines = 2 WHERE TRUE');
      expect(await ask('refused', apiKey, { key: 'order-1' })).toMatchObject({ status: 202 });
      // Now that it has a slot, it is found although there is no room any more.
      expect(await ask('refused', apiKey, { key: 'order-1' })).toMatchObject({ status: 202 });
    });

    const pipeline = 'test/example/with_defaults';
    it.each(
      casesInShort<readonly [string, Ask]>(4, [
        ['other parameters', { pipeline, body: { source: 'b' } }],
        ['a default changed', { pipeline, body: { source: 'a', limit: 11 } }],
        ['a default given', { pipeline, body: { source: 'a', limit: 10 } }],
        ['a null given', { pipeline, body: { source: 'a', day: null } }],
        ['another pipeline', { pipeline: dryrun }],
      ]),
    )('refuses another request under the same key: %s', async (what, other) => {
      const tenantId = `reused_${what.replaceAll(' ', '_')}`;
      const apiKey = await onboard(tenantId);
      const first = await ask(tenantId, apiKey, { key: 'k', pipeline, body: { source: 'a' } });
      expect(first.status).toBe(202);
      for (const at of [0, 1]) {
        const second = await ask(tenantId, apiKey, { key: 'k', ...other, at });
        expect(second).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } });
      }
      expect(await backends.usage(tenantId)).toMatchObject({ ever: 1, slots: [first.body.run_id] });
    });

    it('admits one of two different simultaneous requests, and refuses the other', async () => {
      const apiKey = await onboard('race');
      const asked = ['a', 'b', 'a', 'b'].map((source, index) =>
        ask('race', apiKey, { key: 'k', pipeline, body: { source }, at: index < 2 ? 0 : 1 }),
      );
      const statuses = (await Promise.all(asked)).map(({ status }) => status);
      expect([...statuses].sort()).toEqual([202, 202, 422, 422]);
      expect(statuses[0]).toBe(statuses[2]);
      expect(await backends.usage('race')).toMatchObject({ ever: 1 });
    });

    itAtLength('ignores the order of parameters', async () => {
      const apiKey = await onboard('same');
      const bodies = [
        { source: 'a', limit: 10, day: null },
        { day: null, limit: 10, source: 'a' },
        { limit: 10, source: 'a', day: null },
      ];
      const answers = [];
      for (const body of bodies) answers.push(await ask('same', apiKey, { key: 'k', pipeline, body }));
      expect(answers.map(({ status }) => status)).toEqual([202, 202, 202]);
      expect(await backends.usage('same')).toMatchObject({ ever: 1 });
    });

    it('recognises a request after a deployment changed its pipeline’s defaults and parameters', async () => {
      const apiKey = await onboard('deployed');
      const changed = withDefaults
        .replace('default: 10', 'default: 20')
        .replace('steps:', '  region: { type: STRING, description: New., default: EU }\nsteps:');
      const newer = schemasWith({ [pipeline]: changed });
      const options = { bigqueryUrl: backends.bigquery.url, schemas: newer, now: () => now };
      const deployed = await startRunInstance(options);
      const askDeployed = (body: unknown) =>
        call(deployed.url, 'POST', `/api/v1/pipelines/run/deployed/${pipeline}`, {
          headers: { ...withKey(apiKey), 'Idempotency-Key': 'k' },
          body,
        });
      try {
        const first = await ask('deployed', apiKey, { key: 'k', pipeline, body: { source: 'a' } });
        expect(await askDeployed({ source: 'a' })).toMatchObject({ status: 202, body: first.body });
        expect(await askDeployed({ source: 'a', region: 'US' })).toMatchObject({ status: 422 });
        expect(await askDeployed({ source: 'b' })).toMatchObject({ status: 422 });
        expect(await backends.usage('deployed')).toMatchObject({ ever: 1, slots: [first.body.run_id] });
      } finally {
        await deployed.close();
        rmSync(newer, { recursive: true });
      }
    });

    it('belongs to its tenant: another tenant’s request with the same key is another run', async () => {
      const [one, two] = [await onboard('tenant_one'), await onboard('tenant_two')];
      const first = await ask('tenant_one', one, { key: 'k' });
      const second = await ask('tenant_two', two, { key: 'k' });
      expect([first.status, second.status]).toEqual([202, 202]);
      expect(first.body.run_id).not.toBe(second.body.run_id);
    });

    it.each(
      casesInShort(3, [
        ['too long', 'x'.repeat(256)],
        ['with a space inside', 'a b'],
        ['empty', ''],
      ]),
    )('that is %s is refused: 400', async (_what, key) => {
      const apiKey = await onboard(`bad_key_${key.length}`);
      const refused = await ask(`bad_key_${key.length}`, apiKey, { key });
      expect(refused).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
      expect(refused.body.detail).toContain('Idempotency-Key');
      expect(await backends.usage(`bad_key_${key.length}`)).toMatchObject({ ever: 0 });
    });

    itAtLength('starts a new run each time if there is none', async () => {
      const apiKey = await onboard('without');
      const answers = [await ask('without', apiKey), await ask('without', apiKey)];
      expect(answers[0]?.body.run_id).not.toBe(answers[1]?.body.run_id);
      expect(await backends.usage('without')).toMatchObject({ ever: 2 });
    });
  });

  describe('tells what is left of the quotas', () => {
    const policyOf = (answer: Awaited<ReturnType<typeof ask>>) => [
      answer.headers.get('ratelimit-policy'),
      answer.headers.get('ratelimit'),
      answer.headers.get('retry-after'),
    ];

    it('with an admitted run', async () => {
      const apiKey = await onboard('admitted', { max_pipelines_per_month: 3, max_concurrent_pipelines: 2 });
      const policy = '"monthly";q=3;w=2592000, "concurrent";q=2;qu="concurrent-requests"';
      const first = await ask('admitted', apiKey);
      expect(policyOf(first)).toEqual([policy, `"monthly";r=2;t=${secondsLeft}, "concurrent";r=1`, null]);
      const second = await ask('admitted', apiKey);
      expect(policyOf(second)).toEqual([policy, `"monthly";r=1;t=${secondsLeft}, "concurrent";r=0`, null]);
    });

    it('and to come back within seconds if the slots are full', async () => {
      const apiKey = await onboard('slots_full', {
        max_pipelines_per_month: null,
        max_concurrent_pipelines: 1,
      });
      await ask('slots_full', apiKey);
      const refused = await ask('slots_full', apiKey);
      expect(refused).toMatchObject({
        status: 429,
        body: { code: 'concurrent_limit_reached', running: 1, quota: 1 },
      });
      const [policy, limit, retryAfter] = policyOf(refused);
      expect([policy, limit]).toEqual(['"concurrent";q=1;qu="concurrent-requests"', '"concurrent";r=0']);
      expect(retryAfter).toMatch(/^[1-4]$/);
    });

    it('and to come back at the month’s end if the month is full', async () => {
      const apiKey = await onboard('month_full', {
        max_pipelines_per_month: 1,
        max_concurrent_pipelines: null,
      });
      await ask('month_full', apiKey);
      const refused = await ask('month_full', apiKey);
      expect(refused).toMatchObject({
        status: 429,
        body: { code: 'monthly_quota_exceeded', used: 1, quota: 1, resets_at: '2026-12-01T00:00:00.000Z' },
      });
      const policy = '"monthly";q=1;w=2592000';
      expect(policyOf(refused)).toEqual([policy, `"monthly";r=0;t=${secondsLeft}`, secondsLeft]);
    });

    itAtLength('with a refusal under a used key, and to a suspended tenant', async () => {
      const apiKey = await onboard('told_too', {
        max_pipelines_per_month: 5,
        max_concurrent_pipelines: null,
      });
      await ask('told_too', apiKey, { key: 'k' });
      const limit = `"monthly";r=4;t=${secondsLeft}`;
      const pipeline = 'test/example/with_defaults';
      const reused = await ask('told_too', apiKey, { key: 'k', pipeline, body: { source: 'a' } });
      expect([reused.status, reused.headers.get('ratelimit')]).toEqual([422, limit]);
      await query(backends.client, 'told_too', 'UPDATE tenants SET is_active = FALSE WHERE TRUE');
      const inactive = await ask('told_too', apiKey);
      expect([inactive.status, inactive.headers.get('ratelimit')]).toEqual([403, limit]);
    });

    itAtLength('but says nothing about unlimited quotas', async () => {
      const apiKey = await onboard('unlimited');
      expect(policyOf(await ask('unlimited', apiKey))).toEqual([null, null, null]);
    });
  });
});
