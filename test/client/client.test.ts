import { ApiProblem, type Client, createClient, type RunEvent } from '../../client';
import {
  adminKey,
  eventually,
  onboard,
  startTestCloud,
  type TestCloud,
  whenQuiet,
} from '../support/local-cloud';
import { command } from './cli/support/command';
import { describeScheduleWords } from './cli/support/schedule-words-suite';

const tenant = 'client_demo';
const dryrun = 'gcp/example/dryrun';

describe('The client of the HTTP interface', () => {
  let cloud: TestCloud;
  let api: Client;
  let admin: Client;
  beforeAll(async () => {
    cloud = await startTestCloud({ ADMIN_API_KEY: adminKey });
    admin = createClient({ baseUrl: cloud.url, adminKey });
    const apiKey = await onboard(cloud.url, tenant, { max_pipelines_per_month: 4 });
    api = createClient({ baseUrl: `${cloud.url}/`, apiKey });
  });
  afterAll(() => cloud?.close());

  it('starts a run, follows its events to the end, and shows it', async () => {
    const { run_id: runId, status } = await api.startRun(tenant, dryrun);
    expect(status).toBe('ADMITTED');
    const events: RunEvent[] = [];
    for await (const event of api.followRun(runId)) events.push(event);
    expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['run', 'step', 'end']));
    const last = events.at(-1);
    expect(last?.event === 'end' && last.data.status).toBe('COMPLETED');
    const run = await api.waitForRun(runId);
    expect(run).toMatchObject({ run_id: runId, status: 'COMPLETED', steps: [{ status: 'COMPLETED' }] });
  });

  it('gives a run its key, so that the same start is the same run', async () => {
    const options = { idempotencyKey: 'costs-2026-10' };
    const first = await api.startRun(tenant, dryrun, options);
    expect((await api.startRun(tenant, dryrun, options)).run_id).toBe(first.run_id);
    expect((await api.startRun(tenant, dryrun)).run_id).not.toBe(first.run_id);
    await whenQuiet(cloud.bigquery, tenant);
  });

  it('goes from page to page by itself', async () => {
    const runs: string[] = [];
    for await (const { run_id } of api.eachRun({ status: 'COMPLETED', limit: 1 })) runs.push(run_id);
    expect(new Set(runs).size).toBe(3);
    // They are streamed beside the ledger, and may come a moment later.
    const ofAll = await eventually('the runs in all_runs', async () => {
      const found: string[] = [];
      for await (const { run_id } of admin.eachRunOfAllTenants({ tenant, limit: 1 })) found.push(run_id);
      return found.length < runs.length ? undefined : found;
    });
    expect(ofAll).toEqual(runs);
    let billed = '';
    const month = new Date().toISOString().slice(0, 7);
    for await (const text of admin.eachText('exportBilling', 'text/csv', {
      query: { month, format: 'csv', limit: 2 },
    }))
      billed += text;
    const [header, ...lines] = billed.trim().split('\r\n');
    expect(header).toContain('run_id');
    expect(lines.map((line) => runs.find((run) => line.includes(run))).sort()).toEqual([...runs].sort());
    await onboard(cloud.url, 'client_other');
    const tenants: string[] = [];
    for await (const { tenant_id } of admin.eachTenant()) tenants.push(tenant_id);
    expect(tenants).toEqual([tenant, 'client_other']);
  });

  it('follows an operation to its end, an admin and a tenant', async () => {
    const body = { pipeline: 'gcp/example/*', reason: 'For the test' };
    const started = [
      await admin.call('bulkCancelRuns', { body }),
      await api.call('bulkCancelTenantRuns', { path: { tenant }, body }),
    ];
    for (const [index, operation] of started.entries()) {
      if (!('operation_id' in operation)) throw new Error('Nothing was started');
      const { operation_id } = operation;
      const of = index === 0 ? admin : api;
      expect(await of.waitForOperation(operation, { pauseMs: 20 })).toMatchObject({
        operation_id,
        tenant_id: index === 0 ? null : tenant,
        state: 'done',
        total: 0,
      });
      const states: string[] = [];
      for await (const { state } of of.followOperation(operation)) states.push(state);
      expect(states).toEqual(['done']);
    }
  });

  it('tells an answer’s headers, so that nobody’s change is lost', async () => {
    const { answer, headers } = await admin.callWithHeaders('showTenant', { path: { tenant } });
    expect(answer.tenant_id).toBe(tenant);
    const version = { 'If-Match': headers.get('ETag') ?? 'none' };
    const change = (notes: string) =>
      admin.call('changeProfile', { path: { tenant }, headers: version, body: { notes } });
    expect(await change('The first.')).toMatchObject({ notes: 'The first.' });
    await expect(change('The second.')).rejects.toMatchObject({ status: 412, code: 'precondition_failed' });
  });

  it('makes any other call by its operation, and throws what is refused as a typed problem', async () => {
    const { quotas, usage } = await admin.call('showTenant', { path: { tenant } });
    expect([quotas.max_pipelines_per_month, usage.monthly_runs_left]).toEqual([4, 1]);
    expect((await api.call('listPipelines')).pipelines.map(({ pipeline }) => pipeline)).toContain(dryrun);
    await admin.call('changeQuotas', { path: { tenant }, body: { max_pipelines_per_month: 3 } });
    const refused = await api.startRun(tenant, dryrun).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ApiProblem);
    expect(refused).toMatchObject({
      status: 429,
      code: 'monthly_quota_exceeded',
      requestId: expect.stringMatching(/^[0-9a-f]{32}$/),
      retryAfterSeconds: expect.any(Number),
      problem: { title: 'Monthly quota exceeded' },
    });
    const { admission, is_complete } = await api.planRun(tenant, dryrun);
    expect(admission).toMatchObject({ status: 'REFUSED', refusal: { code: 'monthly_quota_exceeded' } });
    expect(is_complete).toBe(true);
    const { api_key_id: keyId } = await admin.call('makeApiKey', { path: { tenant }, body: { name: 'x' } });
    const path = { tenant, key_id: keyId };
    expect(await admin.call('revokeApiKey', { path })).toBeUndefined();
  });

  describe('on the command line', () => {
    const tenantOfWords = 'client_words';
    let environment: Record<string, string>;
    let runId: string;
    const wordsClient = () => createClient({ baseUrl: cloud.url, apiKey: environment.TENANT_PIPELINES_KEY });
    const words = (...args: readonly string[]) => command(args, { environment });
    beforeAll(async () => {
      const apiKey = await onboard(cloud.url, tenantOfWords);
      environment = { TENANT_PIPELINES_URL: cloud.url, TENANT_PIPELINES_KEY: apiKey };
    });

    it('run starts a run and follows it to its end; the same key is the same run, as JSON', async () => {
      const started = await words('run', dryrun, '--idempotency-key', 'one');
      expect(started).toMatchObject({ code: 0, err: '' });
      runId = /^Run (\S+) of gcp\/example\/dryrun for client_words\n/.exec(started.out)?.[1] ?? '';
      expect(started.out).toMatch(/\n {2}COMPLETED \w+ \(query\): .*\nCOMPLETED in [\d.]+ s\n$/);
      const again = await words('run', dryrun, '--idempotency-key', 'one', '--json', '--wait', '600');
      expect(again.code).toBe(0);
      expect(JSON.parse(again.out)).toMatchObject({
        run_id: runId,
        status: 'COMPLETED',
        steps: [{ attempts: 1 }],
      });
    });

    it('plan says what a run would read and cost, and starts none', async () => {
      const { code, out } = await words('plan', dryrun);
      expect(code).toBe(0);
      expect(out).toMatch(/^Plan of gcp\/example\/dryrun for client_words: nothing is started\n/);
      expect(out).toMatch(
        /\n\w+ +query +ESTIMATED +\d.*\n\nIn all .* billed, 0\.0\d+ USD at .* USD a TiB\n$/,
      );
      const absent = await words(
        'plan',
        'focus/billing/daily_costs',
        '--param',
        'source_uri=gs://none/none.csv',
      );
      expect(absent.code).toBe(1);
      expect(absent.out).toMatch(/ WOULD_FAIL (?:.|\n)* not_found: .*gs:\/\/none\/none\.csv/);
      const { runs } = await wordsClient().call('listRuns');
      expect(runs.map(({ run_id }) => run_id)).toEqual([runId]);
    });

    it('run --no-wait says how to go on, follow goes on, and cancel leaves what is over', async () => {
      const { code, out } = await words('run', dryrun, '--no-wait', '--tenant', tenantOfWords);
      const [, id = ''] = /^ {2}tenant-pipelines follow (\S+) --tenant client_words\n/m.exec(out) ?? [];
      expect([code, id.length]).toEqual([0, 36]);
      const followed = await words('follow', id, '--json');
      expect(followed.code).toBe(0);
      const events = followed.out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect([events[0].event, events.at(-1).event, events.at(-1).data.status]).toEqual([
        'run',
        'end',
        'COMPLETED',
      ]);
      expect(await words('cancel', id)).toEqual({
        code: 0,
        out: `Run ${id} is COMPLETED: it was over\n`,
        err: '',
      });
    });

    it('list goes from page to page as far as it should; show and logs tell of one', async () => {
      const listed = await words('list', '--limit', '1', '--status', 'completed', '--json');
      const { runs, next_cursor: cursor } = JSON.parse(listed.out);
      expect([runs.length, typeof cursor]).toEqual([1, 'string']);
      const rest = await words('list', '--cursor', cursor, '--pipeline', dryrun);
      expect(rest.out.split('\n').filter((line) => line.includes(dryrun))).toEqual([
        expect.stringMatching(new RegExp(`^${runId}  COMPLETED  ${dryrun}  api  `)),
      ]);
      expect((await words('list', '--status', 'FAILED')).err).toBe('There are none.\n');
      const shown = await words('show', runId);
      expect(shown.out).toMatch(/^Run \S+ COMPLETED\n {2}pipeline +gcp\/example\/dryrun\n/);
      expect(shown.out).toMatch(/\nstep .*\n-+ .*\n\w+ +query +COMPLETED +1 /);
      const { out } = await words('logs', runId);
      const messages = out
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(28));
      expect(messages[0]).toMatch(/^gcp\/example\/dryrun admitted \(api\) by key /);
      expect(messages.at(-1)).toMatch(/^COMPLETED after /);
      expect((await words('pipelines')).out).toContain(`${dryrun}  `);
    });

    it('rerun does a run again and follows it; what cannot go on says why', async () => {
      const again = await words('rerun', runId);
      expect(again).toMatchObject({ code: 0, err: '' });
      const [, id = ''] = new RegExp(`^Run (\\S+) of .* does ${runId} again\n`).exec(again.out) ?? [];
      expect(again.out).toMatch(/\nCOMPLETED in .*\n$/);
      expect((await words('show', id)).out).toContain(`\n  again      does run ${runId} again\n`);
      const refused = await words('rerun', runId, '--from', 'failed_step', '--no-wait');
      expect(refused).toMatchObject({
        code: 3,
        out: '',
        err: expect.stringContaining('(409 run_not_failed'),
      });
    });

    describeScheduleWords(words, dryrun);

    it('what is refused ends with 3, nobody there with 4, and no key is told', async () => {
      const refused = await words('show', '00000000-0000-4000-8000-000000000000');
      expect(refused).toMatchObject({
        code: 3,
        out: '',
        err: expect.stringMatching(/\(404 run_not_found, request \w+\)\n$/),
      });
      const { TENANT_PIPELINES_KEY: key = '' } = environment;
      const wrong = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
      const unknown = await words('list', '--key', wrong);
      expect(unknown).toMatchObject({ code: 3, err: expect.stringContaining('401 unauthenticated') });
      const nobody = await words('cancel', 'x', '--url', 'http://127.0.0.1:1');
      expect(nobody).toMatchObject({ code: 4, err: expect.stringContaining('Nothing answers there (') });
      for (const { err } of [refused, unknown, nobody]) expect(err).not.toContain('_api_');
      expect((await words('run', 'gcp/example/nope')).err).toContain(
        "There is no pipeline 'gcp/example/nope'. There are:\n",
      );
    });

    it('Ctrl-C stops watching, and says that the run goes on', async () => {
      const controller = new AbortController();
      const stopped = await command(['run', dryrun], {
        environment,
        interrupted: controller.signal,
        heard: (out) => out.startsWith('Run ') && controller.abort(),
      });
      expect(stopped.code).toBe(130);
      expect(stopped.err).toMatch(
        /^Stopped watching\. Run (\S+) goes on\.\n {2}tenant-pipelines follow \1\n/,
      );
      await whenQuiet(cloud.bigquery, tenantOfWords);
    });
  });
});
