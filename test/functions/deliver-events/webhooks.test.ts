import { createPublishTenantEvents } from '../../../shared/google/pubsub/publish-tenant-events';
import { apiKeyRevoked, tenantOnboarded } from '../../../shared/tenants/rules/tenant-events';
import {
  call,
  eventually,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
  withKey,
} from '../../support/local-cloud';
import { startWebhookReceiver, verified, type WebhookReceiver } from '../support/webhook-receiver';

const tenant = {
  tenant_id: 'acme',
  company_name: 'Acme',
  subscription_tier: 'FREE',
  max_pipelines_per_month: 100,
  max_concurrent_pipelines: 5,
  location: 'US',
  onboarding_id: 'second-life',
  created_at: '2026-11-30T12:00:00.000Z',
};
const onboarded = tenantOnboarded(tenant);
const revoked = apiKeyRevoked('acme', 'key-1', new Date('2026-11-30T13:00:00Z'));

describe('Webhooks', () => {
  let receiver: WebhookReceiver;
  let cloud: TestCloud;
  let acme: Record<string, string>;
  let other: Record<string, string>;

  const ask = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
    call(cloud.url, method, `/api/v1/tenants/${path}`, { headers, body });
  const made: Record<string, { readonly id: string; readonly secret: unknown }> = {};
  const make = async (name: string, headers = acme, further: Record<string, unknown> = {}, of = 'acme') => {
    const url = `https://hooks.example.com/${name}`;
    const { status, body } = await ask('POST', `${of}/webhooks`, headers, { url, ...further });
    expect([status, body]).toEqual([
      201,
      expect.objectContaining({ url, state: 'active', event_types: further.event_types ?? [] }),
    ]);
    made[name] = { id: String(body.webhook_id), secret: body.secret };
  };
  const idOf = (name: string) => made[name]?.id ?? name;
  const at = (name: string) => receiver.at(`/${name}`);
  const came = (name: string, count = 1) =>
    eventually(`${count} deliveries at ${name}`, async () =>
      at(name).length >= count ? at(name) : undefined,
    );
  const attemptsAt = async (name: string, path = ''): Promise<readonly Record<string, unknown>[]> => {
    const { body } = await ask('GET', `acme/webhooks/${idOf(name)}/deliveries${path}`, acme);
    return Array.isArray(body.attempts) ? body.attempts : [];
  };
  /** Attempts that have been written down, once there are so many, youngest first. */
  const attempted = (name: string, count: number) =>
    eventually(`${count} attempts at ${name}`, async () => {
      const attempts = await attemptsAt(name);
      return attempts.length >= count ? attempts : undefined;
    });

  beforeAll(async () => {
    receiver = await startWebhookReceiver();
    cloud = await startTestCloud({ HTTP_STEP_LOCAL: `hooks.example.com=${receiver.url}` });
    acme = withKey(await onboard(cloud.url, 'acme'));
    other = withKey(await onboard(cloud.url, 'other'));
    receiver.answerAt('/flaky', (response, index) => response.writeHead(index === 0 ? 500 : 200).end('oops'));
    receiver.answerAt('/gone', (response) => response.writeHead(410).end());
    receiver.answerAt('/moved', (response) =>
      response.writeHead(302, { Location: 'https://169.254.169.254/computeMetadata/v1/' }).end(),
    );
    await make('all', acme, { description: 'for the billing' });
    for (const name of ['flaky', 'moved']) await make(name, acme, { event_types: ['tenant.onboarded'] });
    await make('gone', acme, { event_types: ['api_key.revoked'] });
    await make('told', acme, { event_types: ['webhook.disabled'] });
    await make('paused');
    await make('rotated', acme, { event_types: ['tenant.onboarded'] });
    await make('others', other, {}, 'other');
    await ask('PATCH', `acme/webhooks/${idOf('paused')}`, acme, { state: 'paused' });
  });
  afterAll(async () => {
    await cloud?.close();
    await receiver?.close();
    delete process.env.HTTP_STEP_LOCAL;
  });

  it('are shown, changed and listed without their secrets', async () => {
    const path = `acme/webhooks/${idOf('all')}`;
    const changed = await ask('PATCH', path, acme, { description: null, event_types: [] });
    expect(changed).toMatchObject({
      status: 200,
      body: { description: null, state: 'active', secret_version: 1 },
    });
    expect((await ask('GET', path, acme)).body).toEqual(changed.body);
    const { body } = await ask('GET', 'acme/webhooks', acme);
    expect(body.webhooks).toHaveLength(7);
    expect(JSON.stringify(body)).not.toContain('whsec_');
    for (const [id, headers, of] of [
      [idOf('all'), other, 'other'],
      [idOf('others'), acme, 'acme'],
    ] as const) {
      expect(await ask('GET', `${of}/webhooks/${id}`, headers)).toMatchObject({
        status: 404,
        body: { code: 'webhook_not_found' },
      });
      expect((await ask('DELETE', `${of}/webhooks/${id}`, headers)).status).toBe(404);
      expect((await ask('POST', `${of}/webhooks/${id}/rotate-secret`, headers)).status).toBe(404);
    }
  });

  it('are signed by the old and the new secret while it is rotated', async () => {
    const { status, body } = await ask('POST', `acme/webhooks/${idOf('rotated')}/rotate-secret`, acme);
    expect([status, body.secret_version]).toEqual([200, 2]);
    expect(body.secret).not.toBe(made.rotated?.secret);
    await ask('POST', `acme/webhooks/${idOf('rotated')}/test`, acme);
    const [test] = await came('rotated');
    for (const secret of [made.rotated?.secret, body.secret])
      expect(test && verified(test, secret)).toMatchObject({ type: 'webhook.test', subject: 'acme' });
    expect(() => test && verified(test, made.all?.secret)).toThrow('No matching signature');
  });

  it('get the events of their tenant and types, under one id for each event and webhook', async () => {
    const publish = createPublishTenantEvents({ topic: 'tenant-events', types: [] });
    await publish([onboarded, onboarded]);
    const all = await came('all', 2);
    for (const delivery of all) expect(verified(delivery, made.all?.secret)).toEqual(onboarded);
    expect(new Set(all.map(({ id }) => id)).size).toBe(1);
    const [rotated] = (await came('rotated', 3)).slice(1);
    expect(rotated?.body).toBe(all[0]?.body);
    expect(rotated?.id).not.toBe(all[0]?.id);
    expect(all[0]?.headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      host: 'hooks.example.com',
    });
    expect([at('paused'), at('others'), at('gone')]).toEqual([[], [], []]);
  });

  it('are tried again where their endpoint fails, and the attempts are listed with the answers', async () => {
    const flaky = await came('flaky', 3);
    expect(new Set(flaky.map(({ id }) => id)).size).toBe(1);
    const attempts = await attempted('flaky', 3);
    const failed = attempts.filter(({ status }) => status === 500);
    expect(failed).toEqual([
      expect.objectContaining({
        delivery_id: flaky[0]?.id,
        event_id: onboarded.id,
        event_type: 'tenant.onboarded',
        failure: 'bad_status',
        answer: 'oops',
        outcome: 'retrying',
      }),
    ]);
    expect(attempts.map(({ attempt }) => attempt)).toEqual([3, 2, 1]);
    expect(attempts[0]).toMatchObject({ status: 200, failure: null, outcome: 'delivered' });
    const page = await attemptsAt('flaky', '?limit=1&outcome=delivered');
    expect(page).toMatchObject([{ outcome: 'delivered' }]);
    const { body } = await ask('GET', `acme/webhooks/${idOf('flaky')}`, acme);
    expect(body).toMatchObject({ state: 'active', failing_since: null });
  });

  it('follow no redirect', async () => {
    const [attempt] = await attempted('moved', 1);
    expect(attempt).toMatchObject({ status: 302, failure: 'redirected', outcome: 'retrying' });
    const failing = await eventually('the note that it fails', async () => {
      const { body } = await ask('GET', `acme/webhooks/${idOf('moved')}`, acme);
      return body.failing_since === null ? undefined : body;
    });
    expect(failing).toMatchObject({ state: 'active', reason: null });
    expect((await ask('DELETE', `acme/webhooks/${idOf('moved')}`, acme)).status).toBe(204);
  });

  it('are disabled at once by 410, which the others of the tenant are told', async () => {
    await createPublishTenantEvents({ topic: 'tenant-events', types: [] })([revoked]);
    const [told] = await came('told');
    expect(told && verified(told, made.told?.secret)).toMatchObject({
      type: 'webhook.disabled',
      subject: 'acme',
      data: { webhook_id: idOf('gone'), host: 'hooks.example.com', reason: 'gone' },
    });
    expect(JSON.stringify(told)).not.toContain('/gone');
    const path = `acme/webhooks/${idOf('gone')}`;
    expect((await ask('GET', path, acme)).body).toMatchObject({ state: 'disabled', reason: 'gone' });
    expect(await attempted('gone', 1)).toMatchObject([{ status: 410, failure: 'gone', outcome: 'given_up' }]);
    const again = await ask('PATCH', path, acme, { state: 'active' });
    expect(again.body).toMatchObject({ state: 'active', reason: null });
  });

  it('get an event again on request, under the same id', async () => {
    const [first] = await attempted('all', 1);
    const path = `acme/webhooks/${idOf('all')}/deliveries`;
    const before = at('all').length;
    const { status } = await ask('POST', `${path}/${first?.delivery_id}/redeliver`, acme);
    expect(status).toBe(202);
    expect((await came('all', before + 1)).at(-1)?.id).toBe(first?.delivery_id);
    const unknown = await ask('POST', `${path}/msg_unknown/redeliver`, acme);
    expect(unknown).toMatchObject({ status: 404, body: { code: 'delivery_not_found' } });
  });

  it('are 20 a tenant at most', async () => {
    await query(
      cloud.bigquery,
      'tenant_pipelines',
      `INSERT INTO webhooks (webhook_id, tenant_id, url, state, secret_version, created_at, updated_at)
       SELECT CONCAT('more-', number), 'other', 'https://example.com/', 'paused', 1, CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP()
       FROM UNNEST(GENERATE_ARRAY(1, 18)) AS number`,
    );
    await make('last', other, {}, 'other');
    const refused = await ask('POST', 'other/webhooks', other, { url: 'https://hooks.example.com/' });
    expect(refused).toMatchObject({ status: 409, body: { code: 'too_many_webhooks' } });
  });

  it('are in the audit log, without secrets', async () => {
    const { body } = await ask('GET', `acme/audit?action=makeWebhook&limit=1`, acme);
    expect(body.entries).toMatchObject([
      { target: idOf('rotated'), after: { url: 'https://hooks.example.com/rotated', state: 'active' } },
    ]);
    expect(JSON.stringify(body)).not.toContain('whsec_');
  });
});
