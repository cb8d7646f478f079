import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import { call, query, withKey } from '../../support/local-cloud';
import { type Backends, dryrun, startBackends } from '../support/backends';
import { type Instance, startRunInstance } from '../support/instances';
import { type BigQueryProxy, startProxy } from '../support/proxy';

interface Page {
  readonly runs: readonly Record<string, unknown>[];
  readonly next_cursor: string | null;
}

describe('GET /api/v1/pipelines/runs', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let run: Instance;
  let apiKey: string;
  beforeAll(async () => {
    backends = await startBackends();
    proxy = await startProxy(backends.bigquery.url);
    run = await startRunInstance({ bigqueryUrl: proxy.url });
    apiKey = await backends.onboard('acme');
  });
  afterAll(async () => {
    await run?.close();
    await proxy?.close();
    await backends?.close();
  });

  const ask = (query: string, key = apiKey) =>
    call(run.url, 'GET', `/api/v1/pipelines/runs${query}`, { headers: withKey(key) });
  const list = async (query: string, key = apiKey): Promise<Page> => {
    const { status, body } = await ask(query, key);
    expect({ query, status }).toEqual({ query, status: 200 });
    const { runs, next_cursor } = body;
    if (!Array.isArray(runs)) throw new Error('There are no runs');
    return { runs, next_cursor: typeof next_cursor === 'string' ? next_cursor : null };
  };
  const idsOf = ({ runs }: Page) => runs.map(({ run_id }) => run_id);
  const ids = async (query: string, key = apiKey) => idsOf(await list(query, key));
  /** All pages, one after the other. */
  const walk = async (query: string, between: () => Promise<unknown> = async () => undefined) => {
    const pages: unknown[][] = [];
    let page = await list(query);
    for (;;) {
      pages.push(idsOf(page));
      if (page.next_cursor === null) return pages;
      await between();
      page = await list(`${query}&cursor=${page.next_cursor}`);
    }
  };

  /** No run is admitted in a month before the one that its tenant counts. */
  const countOctober = (tenantId: string) =>
    query(backends.client, tenantId, "UPDATE tenants SET quota_reset_date = '2026-10-01' WHERE TRUE");

  const finished = (tenant_id: string, run_id: string, admitted_at: string, change = {}) =>
    createAppendRows(backends.client)(tenant_id, 'pipeline_runs', [
      {
        insertId: `${run_id}-${Math.random()}`,
        json: {
          run_id,
          tenant_id,
          pipeline: dryrun,
          status: 'COMPLETED',
          admitted_at,
          ended_at: admitted_at,
          recorded_at: '2026-11-20T00:00:00Z',
          ...change,
        },
      },
    ]);

  it('is empty if nothing was started', async () => {
    const key = await backends.onboard('newcomer');
    expect(await list('', key)).toEqual({ runs: [], next_cursor: null });
  });

  describe('of a tenant with runs', () => {
    beforeAll(async () => {
      await finished('acme', 'run-1', '2026-10-01T00:00:00Z');
      await finished('acme', 'run-2', '2026-10-31T23:59:59.999Z', {
        status: 'FAILED',
        error_code: 'timed_out',
      });
      await finished('acme', 'run-3', '2026-11-01T00:00:00Z', { status: 'CANCELLED' });
      await finished('acme', 'run-4', '2026-11-02T10:00:00Z', { pipeline: 'focus/billing/daily_costs' });
      await countOctober('acme');
      await backends.hold('acme', ['run-5'], { now: new Date('2026-11-03T00:00:00Z') });
      // One that is in the ledger twice and still holds its slot.
      await backends.hold('acme', ['run-6'], { now: new Date('2026-11-04T00:00:00Z') });
      const recorded_at = '2026-11-19T00:00:00Z';
      await finished('acme', 'run-6', '2026-11-04T00:00:00Z', { status: 'FAILED' });
      await finished('acme', 'run-6', '2026-11-04T00:00:00Z', { recorded_at });
      await backends.onboard('other');
      await finished('other', 'run-of-other', '2026-11-01T00:00:00Z');
    });

    it('has runs in flight and runs that are over, each once, newest first, in one statement', async () => {
      const before = proxy.countOf('list-runs');
      const { runs, next_cursor } = await list('');
      expect(proxy.countOf('list-runs')).toBe(before + 1);
      expect(next_cursor).toBeNull();
      expect(runs.map(({ run_id, status }) => [run_id, status])).toEqual([
        ['run-6', 'COMPLETED'],
        ['run-5', 'ADMITTED'],
        ['run-4', 'COMPLETED'],
        ['run-3', 'CANCELLED'],
        ['run-2', 'FAILED'],
        ['run-1', 'COMPLETED'],
      ]);
      expect(runs[4]).toMatchObject({
        tenant_id: 'acme',
        pipeline: dryrun,
        error_code: 'timed_out',
        admitted_at: '2026-10-31T23:59:59.999Z',
        started_at: null,
      });
    });

    it.each([
      ['?status=FAILED', ['run-2']],
      ['?status=ADMITTED', ['run-5']],
      ['?status=COMPLETED&pipeline=focus/billing/daily_costs', ['run-4']],
      [`?pipeline=${encodeURIComponent(dryrun)}&status=CANCELLED`, ['run-3']],
      ['?pipeline=no/such/pipeline', []],
      ['?from=2026-11-01&to=2026-11-02', ['run-3']],
      ['?to=2026-11-01', ['run-2', 'run-1']],
      ['?to=2026-11-01T02:00:00%2B02:00', ['run-2', 'run-1']],
      ['?from=2026-11-03T00:00:00Z', ['run-6', 'run-5']],
      ['?from=2026-11-03T00:00:00.001Z&limit=200', ['run-6']],
      ['?limit=1', ['run-6']],
    ])('filters: %s', async (query, expected) => {
      expect(await ids(query)).toEqual(expected);
    });

    it('has each run on one page, even those of one moment, whatever begins or ends meanwhile', async () => {
      const key = await backends.onboard('paged');
      await countOctober('paged');
      const moment = new Date('2026-11-05T00:00:00.123Z');
      const all = Array.from({ length: 7 }, (_, index) => `run-${index}`);
      await backends.hold('paged', all, { now: moment });
      const previous = apiKey;
      apiKey = key;
      let begun = 0;
      const pages = await walk('?limit=3', async () => {
        await backends.hold('paged', [`later-${begun++}`], { now: new Date('2026-11-06T00:00:00Z') });
        await finished('paged', 'run-1', moment.toISOString());
      }).finally(() => {
        apiKey = previous;
      });
      expect(pages).toEqual([['run-6', 'run-5', 'run-4'], ['run-3', 'run-2', 'run-1'], ['run-0']]);
    });

    it('filters every page', async () => {
      expect(await walk('?status=COMPLETED&limit=2')).toEqual([['run-6', 'run-4'], ['run-1']]);
    });

    const foreign = Buffer.from('["x","run-1"]').toString('base64url');
    it.each([
      ['status', '?status=DONE', ['"DONE"', 'ADMITTED, COMPLETED, FAILED, CANCELLED']],
      ['status', '?status=', ['""', 'ADMITTED']],
      ['status', '?status=FAILED&status=FAILED', ['an array', 'ADMITTED']],
      ['pipeline', '?pipeline=daily_costs', ['"daily_costs"', 'provider/domain/pipeline']],
      ['pipeline', "?pipeline=a/b/c'%20OR%201=1", ['OR 1=1', 'provider/domain/pipeline']],
      ['from', '?from=yesterday', ['"yesterday"', 'RFC 3339']],
      ['from', '?from=2026-02-30', ['"2026-02-30"', 'RFC 3339']],
      ['from', '?from=0000-01-01', ['RFC 3339']],
      ['to', '?to=2026-11-01T00:00:00', ['"2026-11-01T00:00:00"', 'RFC 3339']],
      ['from', '?from=2026-11-02&to=2026-11-01', ['before `to`']],
      ['from', '?from=2026-11-01&to=2026-11-01', ['before `to`']],
      ['limit', '?limit=0', ['given 0', 'from 1 to 200']],
      ['limit', '?limit=201', ['given 201', 'from 1 to 200']],
      ['limit', '?limit=-1', ['-1', 'from 1 to 200']],
      ['limit', '?limit=1e2', ['"1e2"', 'from 1 to 200']],
      ['cursor', '?cursor=2', ['"2"', 'next_cursor']],
      ['cursor', `?cursor=${foreign}`, [foreign, 'next_cursor']],
      ['query', '?stauts=FAILED', ['stauts']],
    ])('refuses a wrong %s: %s', async (field, query, parts) => {
      const { status, body } = await ask(query);
      expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_request' });
      expect(body.errors).toMatchObject([{ field }]);
      for (const part of parts) expect(body.detail).toContain(part);
    });
  });
});
