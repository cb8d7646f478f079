import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { systemClock } from '../../../shared/support/clock';
import { createKeyUses } from '../../../shared/tenants/key-uses';
import { describeDocument } from '../../properties/openapi/openapi-property';
import {
  adminKey,
  asAdmin,
  call,
  eventually,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
  withKey,
} from '../../support/local-cloud';
import { furtherAdminKeys } from '../support/refused-keys';
import { describeAuditLog } from './audit-log-suite';

describe('API keys', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud({ ADMIN_API_KEY: adminKey, ADMIN_API_KEYS: furtherAdminKeys });
  });
  afterAll(() => cloud?.close());

  const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    call(cloud.url, method, `/api/v1/tenants/${path}`, { body, headers: headers ?? asAdmin });
  const run = (tenantId: string, apiKey: string) =>
    call(cloud.url, 'POST', `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`, {
      headers: withKey(apiKey),
    });

  it('creates further keys, lists them without secrets, and revokes them', async () => {
    const firstKey = await onboard(cloud.url, 'keys');
    const byAdmin = await ask('POST', 'keys/api-keys', {
      name: 'ci',
      expires_at: '2099-01-01T00:00:00+02:00',
    });
    expect(byAdmin).toMatchObject({
      status: 201,
      body: {
        api_key: expect.stringMatching(/^keys_api_/),
        name: 'ci',
        expires_at: '2098-12-31T22:00:00.000Z',
      },
    });
    const key = String(byAdmin.body.api_key);
    const byTenant = await ask('POST', 'keys/api-keys', undefined, withKey(key));
    // No key can make one that outlives it.
    expect(byTenant).toMatchObject({
      status: 201,
      body: { name: null, expires_at: '2098-12-31T22:00:00.000Z' },
    });
    const tooLong = await ask('POST', 'keys/api-keys', { expires_at: '2100-01-01T00:00:00Z' }, withKey(key));
    expect(tooLong).toMatchObject({ status: 400, body: { code: 'invalid_request' } });
    expect((await run('keys', String(byTenant.body.api_key))).status).toBe(202);

    const { body: listed } = await ask('GET', 'keys/api-keys', undefined, withKey(firstKey));
    expect(listed.api_keys).toMatchObject([
      { name: 'onboarding', created_by: 'onboard', revoked_at: null },
      { name: 'ci', created_by: 'admin' },
      { name: null, created_by: byAdmin.body.api_key_id },
    ]);
    expect(JSON.stringify(listed)).not.toMatch(/hash|_api_[0-9A-Za-z]{30}/);

    const path = `keys/api-keys/${byAdmin.body.api_key_id}`;
    const revoked = await ask('DELETE', path, undefined, withKey(firstKey));
    expect(revoked).toMatchObject({ status: 204, body: {} });
    expect(await ask('DELETE', path)).toMatchObject({ status: 404, body: { code: 'api_key_not_found' } });
    expect((await ask('GET', 'keys/api-keys')).body.api_keys).toContainEqual(
      expect.objectContaining({ name: 'ci', revoked_at: expect.stringMatching(/Z$/) }),
    );
    // It was in use a moment ago, and still cannot create another key.
    expect((await ask('POST', 'keys/api-keys', undefined, withKey(key))).status).toBe(401);
    // Never used with `run`, so that `run` cannot remember it.
    expect((await run('keys', key)).status).toBe(401);
    expect((await run('keys', firstKey)).status).toBe(202);
  });

  it('gives keys scopes and pipelines, and lets none hand on more than it has', async () => {
    await onboard(cloud.url, 'scoped');
    const make = async (body: unknown, headers?: Record<string, string>) => {
      const answer = await ask('POST', 'scoped/api-keys', body, headers);
      return { ...answer, key: withKey(String(answer.body.api_key)), id: String(answer.body.api_key_id) };
    };
    const manager = await make({ scopes: ['manage', 'read'], pipelines: ['gcp/example/*'] });
    expect(manager.body).toMatchObject({
      scopes: ['read', 'manage'],
      pipelines: ['gcp/example/*'],
      last_four: String(manager.body.api_key).slice(-4),
    });
    // What is not said is as the maker has it.
    const heir = await make(undefined, manager.key);
    expect(heir.body).toMatchObject({ scopes: ['read', 'manage'], pipelines: ['gcp/example/*'] });
    const refused = { status: 403, body: { code: 'insufficient_scope', required_scope: 'run' } };
    expect(await make({ scopes: 'full' }, manager.key)).toMatchObject(refused);
    for (const pipelines of [[], ['gcp/billing/daily_costs']]) {
      const asked = await make({ pipelines }, manager.key);
      expect(asked).toMatchObject({ status: 403, body: { code: 'pipeline_not_allowed' } });
    }

    const runner = await make({ scopes: ['run'], pipelines: ['gcp/example/dryrun'] });
    const started = await run('scoped', String(runner.body.api_key));
    expect(started.status).toBe(202);
    const costs = '/api/v1/pipelines/run/scoped/gcp/billing/daily_costs';
    const other = await call(cloud.url, 'POST', costs, { headers: runner.key });
    expect(other).toMatchObject({ status: 403, body: { code: 'pipeline_not_allowed' } });
    const reader = await make({ scopes: 'observe', pipelines: ['gcp/example/*'] });
    const { body } = await call(cloud.url, 'GET', '/api/v1/pipelines', { headers: reader.key });
    expect(body.pipelines).toMatchObject([{ pipeline: 'gcp/example/dryrun' }]);
    const stranger = await make({ scopes: ['run'], pipelines: ['focus/billing/*'] });
    const cancel = `/api/v1/pipelines/runs/${started.body.run_id}/cancel`;
    const cancelled = await call(cloud.url, 'POST', cancel, { headers: stranger.key });
    expect(cancelled).toMatchObject({ status: 403, body: { code: 'pipeline_not_allowed' } });

    // Not even by rotating a key that has more.
    const rotation = (id: string) =>
      ask('POST', `scoped/api-keys/${id}/rotate`, { overlap_seconds: 0 }, manager.key);
    expect(await rotation(runner.id)).toMatchObject(refused);
    expect((await rotation(heir.id)).status).toBe(201);
  });

  it('rotates a key: the new one inherits all, the old one ends after the overlap', async () => {
    await onboard(cloud.url, 'rotated');
    const inherited = {
      name: 'ci',
      scopes: ['run', 'manage'],
      pipelines: ['gcp/example/*'],
      expires_at: '2099-01-01T00:00:00.000Z',
    };
    const { body: old } = await ask('POST', 'rotated/api-keys', inherited);
    const path = `rotated/api-keys/${old.api_key_id}/rotate`;
    const rotated = await ask('POST', path, { overlap_seconds: 3600 }, withKey(String(old.api_key)));
    expect(rotated).toMatchObject({ status: 201, body: inherited });
    const endsAt = new Date(Date.parse(String(rotated.body.created_at)) + 3_600_000).toISOString();
    expect(rotated.body.replaced).toEqual({ api_key_id: old.api_key_id, ends_at: endsAt });
    const keys = async () => (await ask('GET', 'rotated/api-keys')).body.api_keys;
    expect(await keys()).toMatchObject([
      { name: 'onboarding', replaces: null, replaced_by: null },
      {
        ...inherited,
        api_key_id: old.api_key_id,
        expires_at: endsAt,
        revoked_at: null,
        replaces: null,
        replaced_by: rotated.body.api_key_id,
      },
      {
        ...inherited,
        api_key_id: rotated.body.api_key_id,
        created_by: old.api_key_id,
        revoked_at: null,
        replaces: old.api_key_id,
        replaced_by: null,
      },
    ]);
    for (const key of [old, rotated.body])
      expect((await run('rotated', String(key.api_key))).status).toBe(202);

    // Without an overlap it is revoked: also where it was in use a moment ago.
    const atOnce = await ask('POST', path, { overlap_seconds: 0 }, withKey(String(rotated.body.api_key)));
    // It ends before the key that asks.
    expect(atOnce).toMatchObject({ status: 201, body: { expires_at: endsAt } });
    expect((await run('rotated', String(old.api_key))).status).toBe(401);
    expect((await run('rotated', String(atOnce.body.api_key))).status).toBe(202);
    const follower = { api_key_id: old.api_key_id, replaced_by: atOnce.body.api_key_id };
    expect(await keys()).toContainEqual(expect.objectContaining(follower));
    const gone = await ask('POST', path, { overlap_seconds: 60 });
    expect(gone).toMatchObject({ status: 404, body: { code: 'api_key_not_found' } });
  });

  it('notes in which hour a key was used last', async () => {
    const apiKey = await onboard(cloud.url, 'noted');
    const { body: unused } = await ask('POST', 'noted/api-keys', { name: 'unused' });
    await query(cloud.bigquery, 'noted', 'UPDATE api_keys SET last_used_at = NULL WHERE TRUE');
    const uses = createKeyUses(createRunStatement(cloud.bigquery), systemClock);
    const { body } = await ask('GET', 'noted/api-keys');
    const keys = new Map(Object.entries(Array.isArray(body.api_keys) ? body.api_keys : []));
    expect(keys.size).toBe(2);
    uses.note('noted', { keyId: String(keys.get('0').api_key_id), lastUsedAt: 0 });
    const noted = await eventually('the hour of its use', async () => {
      const { body: told } = await ask('GET', 'noted/api-keys', undefined, withKey(apiKey));
      const first = Array.isArray(told.api_keys) ? told.api_keys[0] : undefined;
      return first?.last_used_at === null ? undefined : told.api_keys;
    });
    expect(noted).toMatchObject([
      { last_used_at: expect.stringMatching(/T\d\d:00:00.000Z$/) },
      { api_key_id: unused.api_key_id, last_used_at: null },
    ]);
  });

  it('makes tokens that do some of what their key may, for one run if wanted, and start none once it is revoked', async () => {
    await onboard(cloud.url, 'paged');
    const { body: made } = await ask('POST', 'paged/api-keys', { pipelines: ['gcp/example/*'] });
    const key = withKey(String(made.api_key));
    const tokenOf = async (body?: unknown) => {
      const answer = await ask('POST', 'paged/tokens', body, key);
      return { ...answer, bearer: { Authorization: `Bearer ${answer.body.token}` } };
    };
    const page = await tokenOf({ ttl_seconds: 60 });
    expect(page).toMatchObject({
      status: 201,
      body: {
        scopes: ['run', 'read'],
        pipelines: ['gcp/example/*'],
        run_id: null,
        api_key_id: made.api_key_id,
      },
    });
    const start = (pipeline = 'gcp/example/dryrun') =>
      call(cloud.url, 'POST', `/api/v1/pipelines/run/paged/${pipeline}`, { headers: page.bearer });
    const [one, other] = [await start(), await start()];
    expect([one.status, other.status]).toEqual([202, 202]);
    expect((await start('gcp/billing/daily_costs')).body.code).toBe('pipeline_not_allowed');
    expect((await ask('GET', 'paged', undefined, page.bearer)).status).toBe(200);
    // No token makes another.
    expect((await ask('POST', 'paged/tokens', undefined, page.bearer)).status).toBe(401);

    const watcher = await tokenOf({ run_id: one.body.run_id });
    const runs = (path: string, method = 'GET') =>
      call(cloud.url, method, `/api/v1/pipelines/runs${path}`, { headers: watcher.bearer });
    expect((await runs(`/${one.body.run_id}`)).status).toBe(200);
    expect([200, 202]).toContain((await runs(`/${one.body.run_id}/cancel`, 'POST')).status);
    for (const [path, method] of [
      [`/${other.body.run_id}`],
      [`/${other.body.run_id}/cancel`, 'POST'],
      [''],
    ] as const)
      expect((await runs(path, method)).body.code).toBe('run_mismatch');

    const { body: reader } = await ask('POST', 'paged/api-keys', { scopes: 'observe' });
    const beyond = await ask('POST', 'paged/tokens', { scopes: ['run'] }, withKey(String(reader.api_key)));
    expect(beyond).toMatchObject({
      status: 403,
      body: { code: 'insufficient_scope', required_scope: 'run' },
    });

    expect((await ask('DELETE', `paged/api-keys/${made.api_key_id}`)).status).toBe(204);
    expect((await start()).status).toBe(401);
    expect((await ask('GET', 'paged', undefined, page.bearer)).status).toBe(200);
    expect((await tokenOf()).status).toBe(401);
  });

  it('lets a key work until it expires', async () => {
    const apiKey = await onboard(cloud.url, 'expiring');
    await query(cloud.bigquery, 'expiring', 'UPDATE api_keys SET expires_at = @at WHERE TRUE', {
      at: cloud.bigquery.timestamp(new Date(Date.now() - 1)),
    });
    expect((await run('expiring', apiKey)).status).toBe(401);
    expect((await ask('GET', 'expiring', undefined, withKey(apiKey))).status).toBe(401);
  });

  // Of the whole interface; at length in test/properties/openapi.
  describeDocument(30, () => cloud);
  describeAuditLog(() => cloud);
});
