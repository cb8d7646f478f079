import { createJumpingClock } from '../../support/jumping-clock';
import { call, withKey } from '../../support/local-cloud';
import { type Backends, dryrun, startBackends } from '../support/backends';
import { type Instance, startRunInstance, startTenantsInstance } from '../support/instances';
import { type BigQueryProxy, startProxy, type Treatment } from '../support/proxy';

describe('A revoked API key', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let run: Instance;
  let tenants: Instance;
  beforeAll(async () => {
    backends = await startBackends();
    proxy = await startProxy(backends.bigquery.url);
    // A clock that stands still: what `run` remembers of a key, it remembers to the end of the test.
    const options = { bigqueryUrl: proxy.url, clock: createJumpingClock() };
    run = await startRunInstance({ ...options, admission: { budgetMs: 60_000 } });
    tenants = await startTenantsInstance(options);
  });
  beforeEach(() => proxy.treat(() => 'pass'));
  afterAll(async () => {
    await run?.close();
    await tenants?.close();
    await proxy?.close();
    await backends?.close();
  });

  const start = (tenantId: string, apiKey: string, headers = {}) =>
    call(run.url, 'POST', `/api/v1/pipelines/run/${tenantId}/${dryrun}`, {
      headers: { ...withKey(apiKey), ...headers },
    });
  const keysOf = (tenantId: string) => `/api/v1/tenants/${tenantId}/api-keys`;
  const furtherKey = async (tenantId: string) => {
    const { body } = await call(tenants.url, 'POST', keysOf(tenantId), { body: {} });
    return { apiKey: String(body.api_key), id: String(body.api_key_id) };
  };
  const revoke = (tenantId: string, keyId: string) =>
    call(tenants.url, 'DELETE', `${keysOf(tenantId)}/${keyId}`);

  it('starts no run on an instance that remembers it; other keys do, in the same batch', async () => {
    const valid = await backends.onboard('leaked');
    const { apiKey, id } = await furtherKey('leaked');
    for (const key of [valid, apiKey]) expect((await start('leaked', key)).status).toBe(202);
    expect((await revoke('leaked', id)).status).toBe(204);

    const keys = Array.from({ length: 200 }, (_, index) => (index % 20 === 7 ? valid : apiKey));
    const answers = await Promise.all(
      keys.map((key, index) =>
        start('leaked', key, index % 2 === 0 ? {} : { 'Idempotency-Key': `k${index}` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(keys.map((key) => (key === valid ? 202 : 401)));
    expect(answers[0]?.body).toMatchObject({ code: 'unauthenticated' });
    expect(await backends.usage('leaked')).toMatchObject({ ever: 12, month: 12, running: 12 });
    // It did remember the key: of reading that is all right for 30 s.
    expect(proxy.countOf('find-api-key')).toBe(2);
    expect((await call(run.url, 'GET', '/api/v1/pipelines/runs', { headers: withKey(apiKey) })).status).toBe(
      200,
    );
  });

  it('is revoked though admissions change the tenant row at the same time', async () => {
    await backends.onboard('busy');
    const { apiKey, id } = await furtherKey('busy');
    expect((await start('busy', apiKey)).status).toBe(202);
    const message = 'Could not serialize access to table local:busy.tenants due to concurrent update';
    const conflict = {
      status: 400,
      body: { error: { code: 400, message, errors: [{ reason: 'invalidQuery', message }] } },
    };
    const before = proxy.countOf('block-api-key');
    proxy.treat(
      ({ statement }): Treatment =>
        statement === 'block-api-key' && proxy.countOf('block-api-key') <= before + 2 ? conflict : 'pass',
    );
    expect((await revoke('busy', id)).status).toBe(204);
    expect((await start('busy', apiKey)).status).toBe(401);
  });
});
