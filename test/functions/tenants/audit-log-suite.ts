import { adminKey, asAdmin, call, onboard, query, type TestCloud, withKey } from '../../support/local-cloud';
import { furtherAdmins } from '../support/refused-keys';

interface Entry {
  readonly [field: string]: unknown;
}

/** @param theCloud one with the admins of `furtherAdminKeys`, once it runs. Its last test takes the log away. */
export const describeAuditLog = (theCloud: () => TestCloud) =>
  describe('The audit log', () => {
    let cloud: TestCloud;
    let key: Record<string, string>;
    beforeAll(async () => {
      cloud = theCloud();
      key = withKey(await onboard(cloud.url, 'audited', { subscription_tier: 'FREE' }));
    });

    const asAlice = { 'X-Admin-Key': furtherAdmins.alice };
    const ask = (method: string, path: string, headers: Record<string, string>, body?: unknown) =>
      call(cloud.url, method, path, { headers, body });
    const tenant = '/api/v1/tenants/audited';
    const entriesOf = async (path: string, headers: Record<string, string> = asAdmin): Promise<Entry[]> => {
      const { status, body } = await ask('GET', path, headers);
      expect(status).toBe(200);
      return Array.isArray(body.entries) ? body.entries : [];
    };

    it('has every change of a tenant and of its keys: who, from where, what, before and after', async () => {
      const named = { ...asAlice, 'X-Request-Id': 'ticket-4711' };
      await ask('PATCH', `${tenant}/quotas`, named, { max_concurrent_pipelines: 9 });
      await ask('PATCH', tenant, asAdmin, { notes: 'pays late' });
      await ask('POST', `${tenant}/suspend`, asAdmin, { reason: 'unpaid' });
      await ask('POST', `${tenant}/activate`, asAdmin);
      const { body: made } = await ask('POST', `${tenant}/api-keys`, key, { name: 'ci', scopes: ['run'] });
      const { body: rotated } = await ask('POST', `${tenant}/api-keys/${made.api_key_id}/rotate`, asAdmin, {
        overlap_seconds: 60,
      });
      await ask('DELETE', `${tenant}/api-keys/${rotated.api_key_id}`, asAdmin);
      const { body: token } = await ask('POST', `${tenant}/tokens`, key, { scopes: ['run', 'read'] });
      const bearer = { Authorization: `Bearer ${token.token}` };
      const started = await ask('POST', '/api/v1/pipelines/run/audited/gcp/example/dryrun', key);
      await ask('POST', `/api/v1/pipelines/runs/${started.body.run_id}/cancel`, bearer);

      const entries = await entriesOf('/api/v1/audit?tenant=audited');
      const cancelled = entries[0]?.action === 'cancelRun' ? [entries[0]] : [];
      expect(cancelled).toMatchObject(
        // It may have been over before it was cancelled: then nothing was changed.
        cancelled.map(() => ({
          actor_kind: 'token',
          target: started.body.run_id,
          after: { status: 'CANCELLED' },
        })),
      );
      const onboarding = entries.at(-1);
      const firstKey = Object(onboarding?.after).api_key_id;
      expect(entries.slice(cancelled.length)).toMatchObject([
        { action: 'makeToken', actor_kind: 'key', actor: firstKey, target: firstKey },
        { action: 'revokeApiKey', target: rotated.api_key_id, before: { is_valid: true }, after: null },
        { action: 'rotateApiKey', target: made.api_key_id, after: { name: 'ci', scopes: ['run'] } },
        {
          action: 'makeApiKey',
          actor_kind: 'key',
          target: made.api_key_id,
          before: null,
          after: { name: 'ci' },
        },
        {
          action: 'activateTenant',
          before: { is_active: false, suspension_reason: 'unpaid' },
          after: { is_active: true, suspension_reason: null },
        },
        {
          action: 'suspendTenant',
          before: { is_active: true, suspension_reason: null },
          after: { suspension_reason: 'unpaid' },
        },
        { action: 'changeProfile', actor: 'admin', before: { notes: null }, after: { notes: 'pays late' } },
        {
          action: 'changeQuotas',
          actor_kind: 'admin',
          actor: 'alice',
          request_id: 'ticket-4711',
          address: expect.stringMatching(/^[0-9a-f.:]+$/),
          occurred_at: expect.stringMatching(/Z$/),
          before: { max_concurrent_pipelines: 5 },
          after: { max_concurrent_pipelines: 9 },
        },
        { action: 'onboardTenant', actor: 'admin', before: null, after: { subscription_tier: 'FREE' } },
      ]);

      // What is told of a tenant is told before as after.
      const changed = entries.filter(({ before, after }) => before !== null && after !== null);
      const ofRow = changed.filter(({ action }) => !/Key$/.test(String(action)));
      expect(ofRow.map(({ before }) => Object.keys(Object(before)).toSorted())).toEqual(
        ofRow.map(({ after }) => Object.keys(Object(after)).toSorted()),
      );

      const rows = await query(cloud.bigquery, 'tenant_pipelines', 'SELECT * FROM audit_log');
      const secrets = [
        key['X-API-Key'],
        made.api_key,
        rotated.api_key,
        token.token,
        furtherAdmins.alice,
        adminKey,
      ];
      for (const secret of secrets) expect(JSON.stringify(rows)).not.toContain(secret);
    });

    it('has nothing of what was refused or only read', async () => {
      const before = await entriesOf('/api/v1/audit');
      await ask('PATCH', `${tenant}/quotas`, asAdmin, { max_concurrent_pipelines: -1 });
      await ask('POST', `${tenant}/suspend`, { 'X-Admin-Key': furtherAdmins.viewer }, { reason: 'x' });
      await ask('DELETE', `${tenant}/api-keys/nothing`, asAdmin);
      await ask('GET', tenant, asAdmin);
      expect(await entriesOf('/api/v1/audit')).toEqual(before);
    });

    it('is filtered and paged; a tenant sees its own, and of admins not who they are', async () => {
      await onboard(cloud.url, 'beside');
      const all = await entriesOf('/api/v1/audit?limit=1000');
      const tenants = new Set(all.map(({ tenant_id }) => tenant_id));
      expect([...tenants]).toEqual(expect.arrayContaining(['audited', 'beside']));
      const ofAudited = all.filter(({ tenant_id }) => tenant_id === 'audited');
      expect((await entriesOf('/api/v1/audit?actor=alice')).map(({ action }) => action)).toEqual([
        'changeQuotas',
      ]);
      expect(await entriesOf(`${tenant}/audit?action=suspendTenant`)).toHaveLength(1);
      expect(await entriesOf('/api/v1/audit?tenant=audited')).toEqual(ofAudited);
      expect(await entriesOf(`/api/v1/audit?from=${all[0]?.occurred_at}&tenant=audited`)).toEqual([]);

      const paged: Entry[] = [];
      for (let cursor: unknown = ''; cursor !== null; ) {
        const next = cursor === '' ? '' : `&cursor=${cursor}`;
        const { body } = await ask('GET', `${tenant}/audit?limit=4${next}`, asAdmin);
        paged.push(...(Array.isArray(body.entries) ? body.entries : []));
        cursor = body.next_cursor;
      }
      expect(paged).toEqual(ofAudited);

      const own = await entriesOf(`${tenant}/audit`, key);
      expect(own).toHaveLength(ofAudited.length);
      expect(JSON.stringify(own)).not.toContain('unpaid');
      expect(own.find(({ action }) => action === 'changeQuotas')).toMatchObject({
        actor_kind: 'admin',
        actor: 'admin',
        address: null,
        after: { max_concurrent_pipelines: 9 },
      });
      expect(own.find(({ action }) => action === 'makeApiKey')).toMatchObject({
        actor_kind: 'key',
        address: expect.any(String),
      });
      expect((await entriesOf(`${tenant}/audit`, asAlice)).some(({ actor }) => actor === 'alice')).toBe(true);

      // Another customer had the same name before.
      await query(
        cloud.bigquery,
        'tenant_pipelines',
        `INSERT INTO audit_log (audit_id, occurred_at, actor_kind, actor, operation, tenant_id)
         VALUES ('of-before', '2020-01-01T00:00:00Z', 'key', 'key-of-before', 'makeApiKey', 'audited')`,
      );
      for (const asked of ['audit', 'audit?from=2020-01-01'])
        expect(await entriesOf(`${tenant}/${asked}`, key)).toEqual(own);
      expect((await entriesOf(`${tenant}/audit`)).at(-1)).toMatchObject({ actor: 'key-of-before' });
    });

    it("alone tells which admin has made what is a tenant's", async () => {
      await onboard(cloud.url, 'made_for');
      const path = '/api/v1/tenants/made_for';
      const schedule = { pipeline: 'gcp/example/dryrun', cron: '30 6 1 1 *' };
      const made = await ask('POST', `${path}/schedules`, asAlice, schedule);
      expect(made).toMatchObject({ status: 201, body: { created_by: 'admin' } });
      const { body } = await ask('POST', `${path}/api-keys`, asAlice, {});
      const { body: keys } = await ask('GET', `${path}/api-keys`, withKey(String(body.api_key)));
      expect(keys.api_keys).toMatchObject([{ created_by: 'onboard' }, { created_by: 'admin' }]);
      expect((await entriesOf(`${path}/audit`, asAlice)).map(({ actor }) => actor)).toContain('alice');
    });

    it('has the starts of runs where they are asked for, from the tenant’s own tables', async () => {
      const { body: token } = await ask('POST', `${tenant}/tokens`, key, { scopes: ['run'] });
      const bearer = { Authorization: `Bearer ${token.token}`, 'X-Request-Id': 'page-1' };
      const second = await ask('POST', '/api/v1/pipelines/run/audited/gcp/example/dryrun', bearer);
      const starts = await entriesOf(`${tenant}/audit?action=startRun`, key);
      expect(starts).toMatchObject([
        {
          audit_id: second.body.run_id,
          target: second.body.run_id,
          action: 'startRun',
          actor_kind: 'token',
          actor: token.api_key_id,
          request_id: 'page-1',
          address: expect.stringMatching(/^[0-9a-f.:]+$/),
          before: null,
          after: { pipeline: 'gcp/example/dryrun', trigger: 'api' },
        },
        { action: 'startRun', actor_kind: 'key', actor: token.api_key_id },
      ]);
      const { body: page } = await ask('GET', `${tenant}/audit?action=startRun&limit=1`, asAdmin);
      expect(
        await entriesOf(`/api/v1/audit?tenant=audited&action=startRun&cursor=${page.next_cursor}`),
      ).toEqual(starts.slice(1));
      expect(await entriesOf(`${tenant}/audit?action=startRun&actor=nobody`)).toEqual([]);
      const ofAll = await ask('GET', '/api/v1/audit?action=startRun', asAdmin);
      expect(ofAll).toMatchObject({ status: 400, body: { detail: expect.stringContaining('tenant') } });
      const noId = await ask('GET', '/api/v1/audit?action=startRun&tenant=a%20b', asAdmin);
      expect(noId).toMatchObject({ status: 400, body: { detail: expect.stringContaining('tenant') } });
    });

    it('is CSV for whoever accepts that', async () => {
      const url = `${cloud.url}/api/v1/audit?action=changeQuotas`;
      const answer = await fetch(url, { headers: { ...asAdmin, Accept: 'text/csv' } });
      expect(answer.headers.get('content-type')).toContain('text/csv');
      const [head, line] = (await answer.text()).split('\r\n');
      expect(head).toBe(
        'audit_id,occurred_at,request_id,actor_kind,actor,address,action,tenant_id,target,before,after',
      );
      expect(line).toMatch(
        /,ticket-4711,admin,alice,[0-9a-f.:]+,changeQuotas,audited,,"\{""alert_at_percent"":/,
      );
    });

    it('that takes no rows has changes of quotas and keys answered as 503, and a profile’s as ever', async () => {
      await cloud.bigquery.dataset('tenant_pipelines').delete({ force: true });
      // Somebody else's table in its place: rows do not fit into it.
      await cloud.bigquery.createDataset('tenant_pipelines');
      await cloud.bigquery
        .dataset('tenant_pipelines')
        .createTable('audit_log', { schema: [{ name: 'other', type: 'STRING', mode: 'REQUIRED' }] });
      const quotas = await ask('PATCH', `${tenant}/quotas`, asAdmin, { max_concurrent_pipelines: 3 });
      expect(quotas).toMatchObject({ status: 503, body: { code: 'unavailable' } });
      expect((await ask('POST', `${tenant}/api-keys`, asAdmin)).status).toBe(503);
      expect((await ask('PATCH', tenant, asAdmin, { notes: null })).status).toBe(200);
    });
  });
