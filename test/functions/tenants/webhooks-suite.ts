import { createPublishTenantEvents } from '../../../shared/google/pubsub/publish-tenant-events';
import { apiKeyRevoked, tenantOffboarded } from '../../../shared/tenants/rules/tenant-events';
import { itAtLength } from '../../support/cases/at-length';
import {
  type Answer,
  call,
  eventually,
  onboard,
  query,
  type TestCloud,
  withKey,
} from '../../support/local-cloud';
import { verified, type WebhookReceiver } from '../support/webhook-receiver';

/** Events that nothing else here publishes. */
const offboardedIn = (onboarding_id: string) =>
  tenantOffboarded({ tenant_id: 'hooked', onboarding_id }, new Date('2026-11-30T12:00:00Z'), null);
const revokedIn = (onboarding_id: string) =>
  apiKeyRevoked({ tenant_id: 'hooked', onboarding_id }, 'key-1', new Date('2026-11-30T13:00:00Z'));

/** @param the the cloud, once it runs, whose functions ask the receiver in place of hooks.example.com */
export const describeWebhooks = (
  the: () => { readonly cloud: TestCloud; readonly receiver: WebhookReceiver },
) =>
  describe('Webhooks', () => {
    let receiver: WebhookReceiver;
    let cloud: TestCloud;
    let acme: Record<string, string>;
    let other: Record<string, string>;

    const ask = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
      call(cloud.url, method, `/api/v1/tenants/${path}`, { headers, body });
    let rotation: Answer;
    let offboarded: ReturnType<typeof offboardedIn>;
    let revoked: ReturnType<typeof revokedIn>;
    const made: Record<string, { readonly id: string; readonly secret: unknown }> = {};
    const make = async (
      name: string,
      headers = acme,
      further: Record<string, unknown> = {},
      of = 'hooked',
    ) => {
      const url = `https://hooks.example.com/${name}`;
      const { status, body } = await ask('POST', `${of}/webhooks`, headers, { url, ...further });
      expect([status, body]).toEqual([
        201,
        expect.objectContaining({ url, state: 'active', event_types: further.event_types ?? [] }),
      ]);
      made[name] = { id: String(body.webhook_id), secret: body.secret };
    };
    const idOf = (name: string) => made[name]?.id ?? name;
    const at = (name: string, text = '') => receiver.at(`/${name}`).filter(({ body }) => body.includes(text));
    const came = (name: string, count = 1, text = '') =>
      eventually(`${count} deliveries at ${name}`, async () =>
        at(name, text).length >= count ? at(name, text) : undefined,
      );
    const attemptsAt = async (name: string, path = ''): Promise<readonly Record<string, unknown>[]> => {
      const { body } = await ask('GET', `hooked/webhooks/${idOf(name)}/deliveries${path}`, acme);
      return Array.isArray(body.attempts) ? body.attempts : [];
    };
    /** Attempts that have been written down, once there are so many, youngest first. */
    const attempted = (name: string, count: number) =>
      eventually(`${count} attempts at ${name}`, async () => {
        const attempts = await attemptsAt(name);
        return attempts.length >= count ? attempts : undefined;
      });

    beforeAll(async () => {
      ({ cloud, receiver } = the());
      acme = withKey(await onboard(cloud.url, 'hooked'));
      other = withKey(await onboard(cloud.url, 'hooked_too'));
      const [row] = await query(cloud.bigquery, 'hooked', 'SELECT onboarding_id FROM tenants');
      offboarded = offboardedIn(String(row?.onboarding_id));
      revoked = revokedIn(String(row?.onboarding_id));
      receiver.answerAt('/flaky', (response, index) =>
        response.writeHead(index === 0 ? 500 : 200).end('oops'),
      );
      receiver.answerAt('/gone', (response) => response.writeHead(410).end());
      receiver.answerAt('/moved', (response) =>
        response.writeHead(302, { Location: 'https://169.254.169.254/computeMetadata/v1/' }).end(),
      );
      await make('all', acme, { description: 'for the billing' });
      for (const name of ['flaky', 'moved']) await make(name, acme, { event_types: ['tenant.offboarded'] });
      await make('gone', acme, { event_types: ['api_key.revoked'] });
      await make('told', acme, { event_types: ['webhook.disabled'] });
      await make('paused');
      await make('rotated', acme, { event_types: ['tenant.offboarded'] });
      await make('others', other, {}, 'hooked_too');
      await ask('PATCH', `hooked/webhooks/${idOf('paused')}`, acme, { state: 'paused' });
      rotation = await ask('POST', `hooked/webhooks/${idOf('rotated')}/rotate-secret`, acme);
      await query(
        cloud.bigquery,
        'tenant_pipelines',
        `INSERT INTO webhooks (webhook_id, tenant_id, onboarding_id, url, state, secret_version, created_at, updated_at)
         VALUES ('of-before', 'hooked', 'life-before', 'https://hooks.example.com/before', 'active', 1, CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP())`,
      );
      // What was changed before the youngest one was made is known to whoever has to look it up.
      await make('youngest', acme, { event_types: ['quota.threshold'] });
      await ask('POST', `hooked/webhooks/${idOf('youngest')}/test`, acme);
      await came('youngest');
    });

    it('are shown, changed and listed without their secrets', async () => {
      const path = `hooked/webhooks/${idOf('all')}`;
      const changed = await ask('PATCH', path, acme, { description: null, event_types: [] });
      expect(changed).toMatchObject({
        status: 200,
        body: { description: null, state: 'active', secret_version: 1 },
      });
      expect((await ask('GET', path, acme)).body).toEqual(changed.body);
      const { body } = await ask('GET', 'hooked/webhooks', acme);
      expect(body.webhooks).toHaveLength(8);
      expect(JSON.stringify(body)).not.toContain('whsec_');
      for (const [id, headers, of] of [
        [idOf('all'), other, 'hooked_too'],
        [idOf('others'), acme, 'hooked'],
      ] as const) {
        expect(await ask('GET', `${of}/webhooks/${id}`, headers)).toMatchObject({
          status: 404,
          body: { code: 'webhook_not_found' },
        });
        expect((await ask('DELETE', `${of}/webhooks/${id}`, headers)).status).toBe(404);
        expect((await ask('POST', `${of}/webhooks/${id}/rotate-secret`, headers)).status).toBe(404);
      }
    });

    itAtLength('are changed and removed, but not by who has seen another version', async () => {
      const path = `hooked/webhooks/${idOf('youngest')}`;
      const seen = await ask('GET', path, acme);
      const listed = Object((await ask('GET', 'hooked/webhooks', acme)).body).webhooks;
      const { etag } = Object(listed).find(({ url }: { url: string }) => url.endsWith('/youngest'));
      expect([seen.headers.get('etag'), seen.body.etag]).toEqual([etag, etag]);
      const as = (version: unknown) => ({ ...acme, 'If-Match': String(version) });
      const changed = await ask('PATCH', path, as(etag), { description: 'mine' });
      expect(changed).toMatchObject({ status: 200, body: { description: 'mine' } });
      expect(changed.headers.get('etag')).toBe(changed.body.etag);
      for (const late of [
        await ask('PATCH', path, as(etag), { description: 'too late' }),
        await ask('DELETE', path, as(etag)),
      ]) {
        expect(late).toMatchObject({ status: 412, body: { code: 'precondition_failed' } });
        expect(late.headers.get('etag')).toBe(changed.body.etag);
      }
      // Of two at the same moment who have seen the same one is too late; who names no version never is.
      const both = ['one', 'other'].map((description) =>
        ask('PATCH', path, as(changed.body.etag), { description }),
      );
      expect((await Promise.all(both)).map(({ status }) => status).toSorted()).toEqual([200, 412]);
      const any = ['a', 'b'].map((description) => ask('PATCH', path, acme, { description }));
      expect((await Promise.all(any)).map(({ status }) => status)).toEqual([200, 200]);
      expect((await ask('PATCH', path, acme, { description: null })).body.etag).not.toBe(etag);
    });

    itAtLength('of somebody who had the id of the tenant before are not there', async () => {
      expect((await ask('GET', 'hooked/webhooks/of-before', acme)).status).toBe(404);
      expect((await ask('POST', 'hooked/webhooks/of-before/test', acme)).status).toBe(404);
    });

    it('are signed by the old and the new secret while it is rotated', async () => {
      const { status, body } = rotation;
      expect([status, body.secret_version]).toEqual([200, 2]);
      expect(body.secret).not.toBe(made.rotated?.secret);
      expect(await ask('POST', `hooked/webhooks/${idOf('rotated')}/rotate-secret`, acme)).toMatchObject({
        status: 409,
        body: { code: 'secret_rotating' },
      });
      await ask('POST', `hooked/webhooks/${idOf('rotated')}/test`, acme);
      const [test] = await came('rotated');
      for (const secret of [made.rotated?.secret, body.secret])
        expect(test && verified(test, secret)).toMatchObject({ type: 'webhook.test', subject: 'hooked' });
      expect(() => test && verified(test, made.all?.secret)).toThrow('No matching signature');
    });

    it('get the events of their tenant and types, under one id for each event and webhook', async () => {
      const publish = createPublishTenantEvents({ topic: 'tenant-events', types: [] });
      await publish([offboarded, offboarded]);
      // The tenant's own onboarding may be among what comes.
      const all = await came('all', 2, offboarded.id);
      for (const delivery of all) expect(verified(delivery, made.all?.secret)).toEqual(offboarded);
      expect(new Set(all.map(({ id }) => id)).size).toBe(1);
      const [rotated] = (await came('rotated', 3)).slice(1);
      expect(rotated?.body).toBe(all[0]?.body);
      expect(rotated?.id).not.toBe(all[0]?.id);
      expect(all[0]?.headers).toMatchObject({
        'content-type': 'application/cloudevents+json',
        host: 'hooks.example.com',
      });
      expect([at('paused'), at('gone'), at('before')]).toEqual([[], [], []]);
      expect(at('others', '"subject":"hooked"')).toEqual([]);
    });

    it('are tried again where their endpoint fails, and the attempts are listed with the answers', async () => {
      const flaky = await came('flaky', 3);
      expect(new Set(flaky.map(({ id }) => id)).size).toBe(1);
      const attempts = await attempted('flaky', 3);
      const failed = attempts.filter(({ status }) => status === 500);
      expect(failed).toEqual([
        expect.objectContaining({
          delivery_id: flaky[0]?.id,
          event_id: offboarded.id,
          event_type: 'tenant.offboarded',
          failure: 'bad_status',
          answer: 'oops',
          outcome: 'retrying',
        }),
      ]);
      expect(attempts.map(({ attempt }) => attempt)).toEqual([3, 2, 1]);
      expect(attempts[0]).toMatchObject({ status: 200, failure: null, outcome: 'delivered' });
      const page = await attemptsAt('flaky', '?limit=1&outcome=delivered');
      expect(page).toMatchObject([{ outcome: 'delivered' }]);
      await eventually('the note that it is well again', async () => {
        const { body } = await ask('GET', `hooked/webhooks/${idOf('flaky')}`, acme);
        return body.failing_since === null ? body : undefined;
      });
    });

    itAtLength('follow no redirect', async () => {
      const [attempt] = await attempted('moved', 1);
      expect(attempt).toMatchObject({ status: 302, failure: 'redirected', outcome: 'retrying' });
      const failing = await eventually('the note that it fails', async () => {
        const { body } = await ask('GET', `hooked/webhooks/${idOf('moved')}`, acme);
        return body.failing_since === null ? undefined : body;
      });
      expect(failing).toMatchObject({ state: 'active', reason: null });
      expect((await ask('DELETE', `hooked/webhooks/${idOf('moved')}`, acme)).status).toBe(204);
    });

    it('are disabled at once by 410, which the others of the tenant are told', async () => {
      await createPublishTenantEvents({ topic: 'tenant-events', types: [] })([revoked]);
      const [told] = await came('told');
      expect(told && verified(told, made.told?.secret)).toMatchObject({
        type: 'webhook.disabled',
        subject: 'hooked',
        data: { webhook_id: idOf('gone'), host: 'hooks.example.com', reason: 'gone' },
      });
      expect(JSON.stringify(told)).not.toContain('/gone');
      const path = `hooked/webhooks/${idOf('gone')}`;
      expect((await ask('GET', path, acme)).body).toMatchObject({ state: 'disabled', reason: 'gone' });
      expect(await attempted('gone', 1)).toMatchObject([
        { status: 410, failure: 'gone', outcome: 'given_up' },
      ]);
      expect(at('before')).toEqual([]);
      const again = await ask('PATCH', path, acme, { state: 'active' });
      expect(again.body).toMatchObject({ state: 'active', reason: null });
    });

    it('get an event again on request, under the same id', async () => {
      const [first] = await came('all', 1, offboarded.id);
      await eventually('what became of it', async () =>
        (await attemptsAt('all')).find(({ delivery_id }) => delivery_id === first?.id),
      );
      const path = `hooked/webhooks/${idOf('all')}/deliveries`;
      const { status } = await ask('POST', `${path}/${first?.id}/redeliver`, acme);
      expect(status).toBe(202);
      const three = await came('all', 3, offboarded.id);
      expect(new Set(three.map(({ id }) => id))).toEqual(new Set([first?.id]));
      const unknown = await ask('POST', `${path}/msg_unknown/redeliver`, acme);
      expect(unknown).toMatchObject({ status: 404, body: { code: 'delivery_not_found' } });
    });

    itAtLength('are 20 a tenant at most', async () => {
      await query(
        cloud.bigquery,
        'tenant_pipelines',
        `INSERT INTO webhooks (webhook_id, tenant_id, onboarding_id, url, state, secret_version, created_at, updated_at)
       SELECT CONCAT('more-', number), 'hooked_too', @life, 'https://example.com/', 'paused', 1, CURRENT_TIMESTAMP(), CURRENT_TIMESTAMP()
       FROM UNNEST(GENERATE_ARRAY(1, 18)) AS number`,
        {
          life: (await query(cloud.bigquery, 'hooked_too', 'SELECT onboarding_id FROM tenants'))[0]
            ?.onboarding_id,
        },
      );
      await make('last', other, {}, 'hooked_too');
      const refused = await ask('POST', 'hooked_too/webhooks', other, { url: 'https://hooks.example.com/' });
      expect(refused).toMatchObject({ status: 409, body: { code: 'too_many_webhooks' } });
    });

    it('are in the audit log, without secrets', async () => {
      const { body } = await ask('GET', `hooked/audit?action=makeWebhook&limit=1`, acme);
      expect(body.entries).toMatchObject([
        { target: idOf('youngest'), after: { url: 'https://hooks.example.com', state: 'active' } },
      ]);
      // The paths of addresses may be secret.
      expect(JSON.stringify(body)).not.toContain('/youngest');
      expect(JSON.stringify(body)).not.toContain('whsec_');
    });
  });
