import { randomUUID } from 'node:crypto';
import { clientOf } from 'local-bigquery/testing';
import { createRunStatement } from '../../../../shared/google/bigquery/statements/run-statement';
import { createReadQuotaCounters } from '../../../../shared/google/bigquery/tables/read-tenant-state';
import { type Admit, createAdmit } from '../../../../shared/runs/admit';
import type { RecordedOutcome } from '../../../../shared/runs/rules/ledger-row';
import { createHandOnSlots, createSettle, type Settle } from '../../../../shared/runs/settle';
import { createWithdraw, type Withdraw } from '../../../../shared/runs/withdraw';
import { withdrawRuns } from '../../../../shared/sql/runs/withdraw-runs';
import { type Clock, systemClock } from '../../../../shared/support/clock';
import { type Backends, dryrun, patience, startBackends } from '../../../functions/support/backends';
import { type BigQueryProxy, startProxy } from '../../../functions/support/proxy';
import { collectingLog } from '../../../functions/support/serve';
import { itAtLength } from '../../../support/cases/at-length';
import { query } from '../../../support/local-cloud';
import { startedByKey } from '../../../support/started-by';
import { candidate } from '../candidates';

describe('The queue', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let published: string[];
  /** What would be appended to the ledger. */
  let recordedLater: RecordedOutcome[];
  let admit: Admit;
  let settle: Settle;
  let withdraw: Withdraw;
  beforeAll(async () => {
    backends = await startBackends();
  });
  afterAll(() => backends?.close());
  /** An instance whose clock stands this many seconds ahead. */
  const newInstance = (aheadSeconds = 0) => {
    const client = clientOf(proxy.url);
    const now = () => new Date(Date.now() + aheadSeconds * 1000);
    const clock: Clock = { ...systemClock, now };
    const shared = {
      runStatement: createRunStatement(client),
      publishRun: async ({ run_id }: { readonly run_id: string }) => {
        published.push(run_id);
      },
      now,
      log: collectingLog().log,
    };
    const readQuotaCounters = createReadQuotaCounters(client);
    const { admission } = patience;
    admit = createAdmit({ ...shared, readQuotaCounters, newId: randomUUID, clock }, admission);
    withdraw = createWithdraw({ ...shared, sawQueue: () => false, longestMs: admission.withdrawalMs });
    const record = {
      recordOutcomes: async (_: unknown, outcomes: readonly RecordedOutcome[]) => {
        recordedLater.push(...outcomes);
      },
      recordInAllRuns: async () => undefined,
    };
    // A lost answer is waited for as long as this.
    settle = createSettle({ ...shared, ...record }, { statementMs: 3_000 });
    return createHandOnSlots(shared);
  };
  beforeEach(async () => {
    proxy = await startProxy(backends.bigquery.url);
    published = [];
    recordedLater = [];
    newInstance();
  });
  afterEach(() => proxy.close());

  const onboard = (tenantId: string, slots: number, queue: number) =>
    backends.onboard(tenantId, { max_concurrent_pipelines: slots, max_queued_pipelines: queue });
  /** What is said of a run that asks: `admitted`, its place in the queue, or the code of the refusal. */
  const ask = async (tenantId: string, run_id: string, change: Parameters<typeof candidate>[1] = {}) => {
    const { verdict } = await admit(tenantId, candidate(run_id, { at_limit: 'queue', ...change }));
    if (verdict.kind === 'queued') return verdict.place.place;
    return verdict.kind === 'refused' ? verdict.error.code : verdict.kind;
  };
  const end = async (
    tenantId: string,
    run_id: string,
    status: 'COMPLETED' | 'CANCELLED' = 'COMPLETED',
    change: { readonly onlyIfQueued?: boolean } = {},
  ) => {
    const sql =
      'SELECT onboarding_id, run.admitted_at FROM tenants, UNNEST(active_runs) AS run WHERE run.run_id = @run_id';
    const [found] = await query(backends.client, tenantId, sql, { run_id });
    const slot = { pipeline: dryrun, parameters: '{}', trigger: 'api', request_hash: null, ...startedByKey };
    const run = { run_id, ...slot, admitted_at: new Date(String(Object(found?.admitted_at).value)) };
    const outcome = { status, rowsWritten: 0, bytesProcessed: 0, bytesBilled: 0 };
    const onboardingId = String(found?.onboarding_id);
    const startedAt = new Date();
    const endedAt = new Date(startedAt.getTime() + 3_000);
    const times = { startedAt, endedAt };
    const settled = await settle(tenantId, { run, onboardingId, outcome, ...times, ...change });
    await settled?.appended;
    return settled?.outcome.status;
  };
  /** Who holds a slot and who waits, in the order of the row. */
  const inFlight = async (tenantId: string) => {
    const sql =
      'SELECT run.run_id, run.queued_until FROM tenants, UNNEST(active_runs) AS run WITH OFFSET AS position ORDER BY position';
    const rows = await query(backends.client, tenantId, sql);
    const named = (isQueued: boolean) =>
      rows.filter(({ queued_until }) => (queued_until !== null) === isQueued).map(({ run_id }) => run_id);
    return { running: named(false), waiting: named(true) };
  };

  it('takes what finds the slots full, until it is full itself, and counts it', async () => {
    await onboard('orderly', 1, 2);
    expect(await ask('orderly', 'a')).toBe('admitted');
    expect(await ask('orderly', 'b')).toBe(1);
    expect(await ask('orderly', 'c')).toBe(2);
    expect(await ask('orderly', 'd')).toBe('queue_full');
    expect(await ask('orderly', 'e', { at_limit: 'refuse' })).toBe('concurrent_limit_reached');
    // Asked again, it is where it was.
    expect(await ask('orderly', 'c')).toBe(2);
    expect(await backends.usage('orderly')).toMatchObject({ ever: 3, month: 3, running: 1 });
  });

  it('hands a slot on in the write that frees it, and publishes who has it', async () => {
    await onboard('handing', 1, 5);
    for (const run of ['a', 'b', 'c']) await ask('handing', run);
    expect(await end('handing', 'a')).toBe('COMPLETED');
    expect(await inFlight('handing')).toEqual({ running: ['b'], waiting: ['c'] });
    expect(published).toEqual(['b']);
    // A run that still waits is cancelled like any other; it had no slot to hand on.
    expect(await end('handing', 'c', 'CANCELLED')).toBe('CANCELLED');
    // So it is recorded to have waited until its end: none of that time is slot time.
    const [, cancelled] = recordedLater;
    expect(cancelled).toMatchObject({ run_id: 'c', handed_on_at: cancelled?.ended_at });
    expect(await end('handing', 'b')).toBe('COMPLETED');
    expect(await inFlight('handing')).toEqual({ running: [], waiting: [] });
    expect(await backends.usage('handing')).toMatchObject({ ever: 3, running: 0 });
    // Now that it knows how long runs take, it can say how long one waits.
    await ask('handing', 'd');
    const { verdict } = await admit('handing', candidate('e', { at_limit: 'queue' }));
    expect(verdict).toEqual({ kind: 'queued', place: { place: 1, estimated_wait_seconds: 3 } });
  });

  itAtLength('goes by the time of admission less the priority', async () => {
    await onboard('urgent', 1, 5);
    for (const run of ['a', 'b']) await ask('urgent', run);
    expect(await ask('urgent', 'c', { priority: 600 })).toBe(1);
    await end('urgent', 'a');
    expect(await inFlight('urgent')).toEqual({ running: ['c'], waiting: ['b'] });
  });

  it('passes over a run whose concurrency key is busy, and refuses it where it may not wait', async () => {
    await onboard('keyed', 5, 5);
    const one = { concurrency_key: 'day', concurrency_limit: 1 };
    expect(await ask('keyed', 'a', one)).toBe('admitted');
    expect(await ask('keyed', 'b', one)).toBe(1);
    expect(await ask('keyed', 'c', { ...one, at_limit: 'refuse' })).toBe('concurrency_key_busy');
    expect(await ask('keyed', 'd')).toBe('admitted');
    expect(await inFlight('keyed')).toEqual({ running: ['a', 'd'], waiting: ['b'] });
    await end('keyed', 'a');
    expect(await inFlight('keyed')).toEqual({ running: ['d', 'b'], waiting: [] });
  });

  it('keeps a place for a run that takes several slots, and refuses one that takes too many', async () => {
    await onboard('wide', 3, 5);
    for (const run of ['a', 'b']) await ask('wide', run);
    expect(await ask('wide', 'c', { slots: 2 })).toBe(1);
    // There is a slot for it, but it does not overtake.
    expect(await ask('wide', 'd')).toBe(2);
    expect(await ask('wide', 'e', { slots: 4 })).toBe('concurrent_limit_reached');
    await end('wide', 'a');
    expect(await inFlight('wide')).toEqual({ running: ['b', 'c'], waiting: ['d'] });
    expect(await backends.usage('wide')).toMatchObject({ running: 3 });
  });

  it('starts nobody whose time in it is up, and lets the next go', async () => {
    await onboard('late', 1, 5);
    await ask('late', 'a');
    await ask('late', 'b', { queue_seconds: 60 });
    await ask('late', 'c', { queue_seconds: 600 });
    newInstance(120);
    await end('late', 'a');
    expect(await inFlight('late')).toEqual({ running: ['c'], waiting: ['b'] });
  });

  itAtLength('ends a run for its time in the queue only while it still waits', async () => {
    await onboard('just', 1, 5);
    for (const run of ['a', 'b', 'c']) await ask('just', run);
    const isWaiting = { onlyIfQueued: true };
    expect(await end('just', 'c', 'CANCELLED', isWaiting)).toBe('CANCELLED');
    // It got its slot after it had been read as waiting.
    await end('just', 'a');
    expect(await end('just', 'b', 'CANCELLED', isWaiting)).toBeUndefined();
    expect(await inFlight('just')).toEqual({ running: ['b'], waiting: [] });
  });

  it('is told as it is recorded by who read the run before it left it', async () => {
    await onboard('known', 1, 5);
    for (const run of ['a', 'b']) await ask('known', run);
    await end('known', 'a');
    // As `end` knows it, it never waited.
    await end('known', 'b');
    const sql =
      'SELECT run.run_id, run.handed_on_at FROM tenants, UNNEST(settled_runs) AS run ORDER BY run_id';
    const recorded = await query(backends.client, 'known', sql);
    expect(recorded).toEqual([
      { run_id: 'a', handed_on_at: null },
      { run_id: 'b', handed_on_at: expect.anything() },
    ]);
    expect(recordedLater).toMatchObject([
      { run_id: 'a', handed_on_at: null },
      { run_id: 'b', handed_on_at: expect.any(Date) },
    ]);
  });

  itAtLength('is held up by nobody who may not wait', async () => {
    await onboard('narrow', 3, 5);
    await ask('narrow', 'a');
    // While one is decided, the next two come together.
    const all = [
      ask('narrow', 'first', { slots: 9 }),
      ask('narrow', 'wide', { at_limit: 'refuse', slots: 3, priority: 60 }),
      ask('narrow', 'small'),
    ];
    const full = 'concurrent_limit_reached';
    expect(await Promise.all(all)).toEqual([full, full, 'admitted']);
  });

  it('gives its last place to the run whose turn comes first, and nobody waits behind one that has none', async () => {
    await onboard('last', 2, 1);
    await ask('last', 'a');
    // While one is decided, the next two come together.
    const all = [
      ask('last', 'first', { slots: 9 }),
      ask('last', 'small'),
      ask('last', 'wide', { slots: 2, priority: 60 }),
    ];
    expect(await Promise.all(all)).toEqual(['concurrent_limit_reached', 'queue_full', 1]);
    expect(await inFlight('last')).toEqual({ running: ['a'], waiting: ['wide'] });
  });

  itAtLength('takes nothing of a tenant that has no slots at all', async () => {
    await onboard('none', 0, 5);
    expect(await ask('none', 'a')).toBe('concurrent_limit_reached');
  });

  itAtLength('publishes a run whose statement was not answered with the next answer', async () => {
    await onboard('unheard', 2, 5);
    for (const run of ['a', 'b', 'c', 'd']) await ask('unheard', run);
    // The first settling takes effect, but its answer is lost; then the same item is asked for again.
    let isLost = false;
    proxy.treat(({ statement }) => {
      const loses = statement?.startsWith('settle-held') === true && !isLost;
      isLost ||= loses;
      return loses ? 'lose-answer' : 'pass';
    });
    expect(await end('unheard', 'a')).toBe('COMPLETED');
    expect(await inFlight('unheard')).toEqual({ running: ['b', 'c'], waiting: ['d'] });
    expect(published).toEqual(['c']);
  });

  itAtLength('never gives a slot away again from under a run that has it from the queue', async () => {
    await onboard('ghostless', 1, 5);
    for (const run of ['a', 'b']) await ask('ghostless', run);
    await end('ghostless', 'a');
    const withdrawal = { tenant_id: 'ghostless', run_ids: ['b'], now: new Date() };
    const { affectedRows } = await backends.runStatement('ghostless', withdrawRuns, withdrawal);
    expect(affectedRows).toBe(0);
    expect(await inFlight('ghostless')).toEqual({ running: ['b'], waiting: [] });
  });

  it('gets the slot of a run that is withdrawn, which one of the same group that cannot be does not keep', async () => {
    await onboard('giving_back', 2, 5);
    for (const run of ['a', 'b', 'c', 'd']) await ask('giving_back', run);
    await end('giving_back', 'a');
    published = [];
    // While the first is decided, the next two come together.
    const all = ['never', 'b', 'c'].map((run) => withdraw('giving_back', run));
    expect(await Promise.all(all)).toEqual([true, true, false]);
    // One that is over cannot be said to have never been.
    expect(await withdraw('giving_back', 'a')).toBe(false);
    expect(await inFlight('giving_back')).toEqual({ running: ['c', 'd'], waiting: [] });
    expect(published).toEqual(['d']);
    expect(await backends.usage('giving_back')).toMatchObject({ ever: 3, month: 3, running: 2 });
    expect(proxy.countOf('withdraw-runs')).toBe(3);
    expect(proxy.countOf('withdraw-and-hand-on')).toBe(2);
  });

  it('is handed on after a quota was raised, but not while the tenant is suspended', async () => {
    await onboard('raised', 1, 5);
    for (const run of ['a', 'b', 'c']) await ask('raised', run);
    const set = (change: string) =>
      query(backends.client, 'raised', `UPDATE tenants SET ${change} WHERE TRUE`);
    const handOn = async () => {
      const [tenant] = await query(backends.client, 'raised', 'SELECT onboarding_id FROM tenants');
      return await newInstance()('raised', String(tenant?.onboarding_id));
    };
    await set('max_concurrent_pipelines = 2, is_active = FALSE');
    expect(await handOn()).toBe(0);
    await set('is_active = TRUE');
    expect(await handOn()).toBe(1);
    expect(published).toEqual(['b']);
    expect(await handOn()).toBe(0);
  });
});
