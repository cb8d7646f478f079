import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { z } from 'zod';
import { createClient } from '../../../client';
import { loadControlTables } from '../../../shared/definitions/tables';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { createControlDataset } from '../../../shared/google/bigquery/tables/control-dataset';
import { hashApiKey } from '../../../shared/tenants/rules/api-key';
import { call, query, withKey } from '../../support/local-cloud';
import { type Backends, dryrun, schemasDirectory, settleHeld, startBackends } from '../support/backends';
import { endpoints } from '../support/endpoints';
import { type Instance, push, startRunInstance, startWorkerInstance } from '../support/instances';
import { portOf } from '../support/serve';
import { expectJobsToldToAdmins, withoutJobs } from './streams/jobs-suite';

const now = new Date();
const before = new Date(now.getTime() - 60_000);
const control = {
  name: 'tenant_pipelines',
  location: 'US',
  tables: () => loadControlTables(schemasDirectory),
};
const costs = 'gcp/billing/daily_costs';
const adminOf = (name: string, role: 'admin' | 'viewer') => ({
  name,
  role,
  hash: hashApiKey(`key of ${name}`),
});
const asAlice = { 'X-Admin-Key': 'key of alice' };
const asViewer = { 'X-Admin-Key': 'key of victor' };

/** Google's keys, and a person's ID token that is signed by them. */
async function startGoogle(): Promise<{ readonly server: Server; readonly token: string }> {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=3600' };
  const server = createServer((_, response) =>
    response.writeHead(200, headers).end(JSON.stringify({ google: pem })),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    iat: seconds - 10,
    exp: seconds + 3_000,
    iss: 'https://accounts.google.com',
    aud: 'our-audience',
    sub: '1',
    email: 'pat@example.com',
    email_verified: true,
  };
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encoded({ alg: 'RS256', kid: 'google' })}.${encoded(claims)}`;
  return { server, token: `${text}.${sign('sha256', Buffer.from(text), privateKey).toString('base64url')}` };
}

describe('An admin who looks at a tenant', () => {
  let backends: Backends;
  let run: Instance;
  let worker: Instance;
  let google: Awaited<ReturnType<typeof startGoogle>>;
  let apiKey: string;
  let otherKey: string;
  beforeAll(async () => {
    backends = await startBackends();
    google = await startGoogle();
    await createControlDataset(backends.client, control).ensure();
    run = await startRunInstance({
      bigqueryUrl: backends.bigquery.url,
      now: () => now,
      control,
      audit: control,
      adminRule: {
        kind: 'named',
        keys: [adminOf('alice', 'admin'), adminOf('victor', 'viewer')],
        people: {
          people: [{ name: 'pat@example.com', role: 'admin' }],
          idTokenAudiences: ['our-audience'],
          iapAudiences: [],
        },
      },
      keyAddresses: { idTokenKeys: `http://127.0.0.1:${portOf(google.server)}/` },
      streamPace: { shortestMs: 20, longestMs: 50 },
    });
    worker = await startWorkerInstance({ bigqueryUrl: backends.bigquery.url });
    apiKey = await backends.onboard('acme');
    otherKey = await backends.onboard('other');
    await backends.hold('acme', ['run-1', 'run-2'], { now: before });
    await push(worker, 'acme', 'run-1');
  });
  afterAll(async () => {
    await run?.close();
    await worker?.close();
    google?.server.close();
    await backends?.close();
  });

  const get = (path: string, headers: Record<string, string>) =>
    call(run.url, 'GET', `/api/v1/pipelines${path}`, { headers });
  const cancel = (headers: Record<string, string>, runId = 'run-2') =>
    call(run.url, 'POST', `/api/v1/pipelines/runs/${runId}/cancel?tenant=acme`, { headers });

  it.each([
    ['', '?tenant=acme'],
    ['/runs', '?tenant=acme'],
    ['/runs?status=COMPLETED&limit=1', '&tenant=acme'],
    ['/runs/run-1', '?tenant=acme'],
    ['/runs/run-1/results', '?tenant=acme'],
    ['/statistics', '?tenant=acme'],
    [`/${dryrun}`, '?tenant=acme'],
    [`/${dryrun}`, ''],
  ])('sees %s as the tenant itself does', async (path, named) => {
    const own = await get(path, withKey(apiKey));
    expect(own.status).toBe(200);
    for (const headers of [asAlice, asViewer, { Authorization: `Bearer ${google.token}` }]) {
      const seen = await get(`${path}${named}`, headers);
      expect([seen.status, withoutJobs(seen.body)]).toEqual([200, own.body]);
    }
    // A tenant may name itself.
    expect((await get(`${path}${named}`, withKey(apiKey))).body).toEqual(own.body);
  });

  it('is told where the jobs of a run are, which no tenant is', () =>
    expectJobsToldToAdmins(run.url, backends.client, withKey(apiKey), asViewer));

  it('is told that there is no such tenant, run or result', async () => {
    const codes = async (path: string, headers: Record<string, string>) => {
      const { status, body } = await get(path, headers);
      return [status, body.code];
    };
    expect(await codes('/runs?tenant=nobody', asAlice)).toEqual([404, 'tenant_not_found']);
    expect(await codes('/statistics?tenant=nobody', asAlice)).toEqual([404, 'tenant_not_found']);
    expect(await codes('/runs/run-1?tenant=other', asAlice)).toEqual([404, 'run_not_found']);
    expect(await codes('/runs/run-1/results/9?tenant=acme', asAlice)).toEqual([404, 'result_not_found']);
    expect(await codes('/runs/run-1?tenant=acme', withKey(otherKey))).toEqual([403, 'tenant_mismatch']);
  });

  it.each(
    endpoints
      .filter(({ needsTenantQuery }) => needsTenantQuery)
      .map(({ method, path }) => [method, path] as const),
  )('has to name one that there can be: %s %s: 400', async (method, path) => {
    for (const wrong of ['', '?tenant=', '?tenant=acme&tenant=acme', '?tenant=a%20b']) {
      const { status, body } = await call(run.url, method, `${path}${wrong}`, { headers: asAlice });
      expect([status, body.code, body.detail]).toEqual([
        400,
        'invalid_request',
        expect.stringContaining('tenant'),
      ]);
    }
  });

  it('pages through its runs', async () => {
    const api = createClient({ baseUrl: run.url, adminKey: asAlice['X-Admin-Key'] });
    const ids: string[] = [];
    for await (const { run_id } of api.eachRun({ tenant: 'acme', limit: 1 })) ids.push(run_id);
    expect(ids.toSorted()).toEqual(['run-1', 'run-2']);
    const first = await get('/runs?tenant=acme&limit=1', asAlice);
    expect(first.headers.get('link')).toMatch(/^<\/api\/v1\/pipelines\/runs\?tenant=acme&limit=1&cursor=/);
  });

  it('follows a run, and cancels it: in the audit log under the admin’s name', async () => {
    const api = createClient({ baseUrl: run.url, adminKey: asAlice['X-Admin-Key'] });
    const heard: string[] = [];
    for await (const { event, data } of api.followRun('run-2', { tenant: 'acme' })) {
      if (event === 'run') {
        expect((await cancel(asViewer)).body.code).toBe('insufficient_role');
        expect(await cancel(asAlice)).toMatchObject({ status: 202, body: { status: 'CANCELLED' } });
      }
      if ('status' in data) heard.push(`${event} ${data.status}`);
    }
    expect([heard.at(0), heard.at(-1)]).toEqual(['run ADMITTED', 'end CANCELLED']);
    expect(await api.waitForRun('run-2', { tenant: 'acme' })).toMatchObject({ status: 'CANCELLED' });
    // It was over: nothing was changed.
    expect(await cancel({ Authorization: `Bearer ${google.token}` })).toMatchObject({ status: 200 });
    const entries = await query(backends.client, control.name, 'SELECT * FROM audit_log');
    expect(entries).toMatchObject([
      {
        operation: 'cancelRun',
        actor_kind: 'admin',
        actor: 'alice',
        tenant_id: 'acme',
        target: 'run-2',
        before: null,
        after: '{"status":"CANCELLED"}',
      },
    ]);
  });

  it('takes none of the tenant’s places for streams', async () => {
    await backends.hold('other', ['run-3'], { now: before });
    const path = '/api/v1/pipelines/runs/run-3/events';
    const open = (key: Record<string, string>, left: AbortSignal) =>
      fetch(`${run.url}${path}?tenant=other`, { headers: key, signal: left });
    const leaving = new AbortController();
    const streams = await Promise.all(Array.from({ length: 10 }, () => open(asAlice, leaving.signal)));
    const own = await open(withKey(otherKey), leaving.signal);
    expect([...streams, own].map(({ status }) => status)).toEqual(Array(11).fill(200));
    leaving.abort();
  });

  describe('GET …/statistics', () => {
    const minutesAgo = (count: number) => new Date(now.getTime() - count * 60_000).toISOString();
    const daysAgo = (count: number) => minutesAgo(count * 1_440);
    /** Runs that are over, in the ledger and in all_runs: each with an id of its own unless given one. */
    const ended = async (tenant_id: string, runs: readonly object[]) => {
      const append = createAppendRows(backends.client);
      const times = { ended_at: minutesAgo(1), recorded_at: minutesAgo(1) };
      const rows = runs.map((run, index) => ({
        insertId: `${tenant_id} ${index}`,
        json: { pipeline: costs, status: 'COMPLETED', run_id: `run-${index}`, tenant_id, ...times, ...run },
      }));
      await append(tenant_id, 'pipeline_runs', rows);
      await append(control.name, 'all_runs', rows);
    };
    beforeAll(async () => {
      await backends.onboard('counted');
      const failed = { run_id: 'failed', admitted_at: daysAgo(2), status: 'FAILED', duration_ms: 900_000 };
      const completed = Array.from({ length: 20 }, (_, index) => ({
        admitted_at: daysAgo(3),
        duration_ms: (index + 1) * 1_000,
      }));
      const cancelled = { admitted_at: daysAgo(40), status: 'CANCELLED', pipeline: 'a/b/gone' };
      await ended('counted', [...completed, failed, failed, cancelled]);
      await ended('other', [{ admitted_at: daysAgo(60), duration_ms: 5 }]);
      await backends.hold('counted', ['in-flight', 'settled'], { now: new Date(minutesAgo(2)) });
      // Its outcome is in the tenant's row alone.
      await settleHeld(backends, 'counted', 'settled', { status: 'FAILED', at: new Date(minutesAgo(1)) });
    });
    const figures = async (query: string) => {
      const { status, body } = await get(`/statistics${query}`, asAlice);
      expect(status).toBe(200);
      return body;
    };
    const ofCosts = {
      pipeline: costs,
      runs: 21,
      completed: 20,
      failed: 1,
      cancelled: 0,
      success_rate: 20 / 21,
      p50_ms: expect.any(Number),
      p95_ms: expect.any(Number),
      last_run_at: daysAgo(2),
      last_failed_at: minutesAgo(1),
    };
    const ofDryrun = {
      pipeline: dryrun,
      runs: 1,
      completed: 0,
      failed: 1,
      cancelled: 0,
      success_rate: 0,
      p50_ms: null,
      p95_ms: null,
      last_run_at: minutesAgo(2),
      last_failed_at: minutesAgo(1),
    };
    const ofGone = {
      ...{ pipeline: 'a/b/gone', runs: 1, completed: 0, failed: 0, cancelled: 1, success_rate: null },
      ...{ p50_ms: null, p95_ms: null, last_run_at: daysAgo(40), last_failed_at: null },
    };

    it('counts each run of a tenant that is over once, in the days asked for', async () => {
      const body = await figures('?tenant=counted');
      expect(body).toEqual({ from: daysAgo(30), to: now.toISOString(), pipelines: [ofCosts, ofDryrun] });
      const longer = await figures('?tenant=counted&days=90');
      expect(longer).toMatchObject({ from: daysAgo(90), pipelines: [ofGone, ofCosts, ofDryrun] });
      expect(await figures('?tenant=counted&days=1')).toMatchObject({ pipelines: [ofDryrun] });
    });

    it('takes the durations of those that completed', async () => {
      const [of] = z
        .tuple([z.object({ p50_ms: z.number(), p95_ms: z.number() })])
        .rest(z.unknown())
        .parse((await figures('?tenant=counted')).pipelines);
      // They are approximate.
      expect(Math.abs(of.p50_ms - 10_500)).toBeLessThanOrEqual(1_000);
      expect(Math.abs(of.p95_ms - 19_000)).toBeLessThanOrEqual(1_000);
    });

    it('has all tenants’ runs where an admin names none', async () => {
      const { pipelines } = await figures('?days=90');
      expect(pipelines).toContainEqual({ ...ofCosts, runs: 22, completed: 21, success_rate: 21 / 22 });
      expect(pipelines).toContainEqual(ofGone);
    });

    it.each(['0', '91', '1.5', '-1', 'all', ''])('refuses %p days', async (days) => {
      const { status, body } = await get(`/statistics?tenant=counted&days=${days}`, asAlice);
      expect([status, body.detail]).toEqual([400, expect.stringContaining('from 1 to 90')]);
    });
  });
});
