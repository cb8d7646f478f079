import { createRunStatement } from '../../shared/adapters/bigquery/run-statement';
import { type Admit, type AdmitSettings, createAdmit } from '../../shared/admission';
import type { Candidate } from '../../shared/domain/admission';
import { withdrawRuns } from '../../shared/sql/withdraw-runs';
import { type Backends, record, startBackends } from '../functions/backends';
import { type BigQueryProxy, startProxy, type Treatment } from '../functions/proxy';
import { collectingLog, type LogLine } from '../functions/serve';
import { clientOf } from '../support/local-bigquery';
import { eventually, query } from '../support/local-cloud';
import { candidate, outcome, runIds, untouched } from './candidates';

describe('Admission', () => {
  let backends: Backends;
  let proxy: BigQueryProxy;
  let lines: readonly LogLine[];
  beforeAll(async () => {
    backends = await startBackends();
  });
  afterAll(() => backends?.close());
  beforeEach(async () => {
    proxy = await startProxy(backends.bigquery.url);
  });
  afterEach(() => proxy.close());

  /** One instance's, over the proxy. */
  const newAdmit = (settings?: AdmitSettings): Admit => {
    const collected = collectingLog();
    lines = collected.lines;
    const runStatement = createRunStatement(clientOf(proxy.url));
    return createAdmit({ runStatement, now: () => new Date(), log: collected.log }, settings);
  };
  const admitAll = async (admit: Admit, tenantId: string, candidates: readonly Candidate[]) =>
    (await Promise.all(candidates.map((one) => admit(tenantId, one)))).map(outcome);
  /** Treats the first calls of admission so, and lets everything else pass. */
  const treatFirst = (count: number, treatment: Treatment) => {
    let left = count;
    proxy.treat(({ statement }) => (statement?.startsWith('admit') && left-- > 0 ? treatment : 'pass'));
  };

  it('of one run alone is one request to BigQuery', async () => {
    await backends.onboard('alone');
    const { verdict, state } = await newAdmit()('alone', candidate('run-1'));
    expect(verdict).toEqual({ kind: 'admitted' });
    expect(state).toMatchObject({ used_this_month: 1, running: 1 });
    expect(proxy.calls).toMatchObject([{ method: 'POST', statement: 'admit-runs' }]);
    expect(await backends.usage('alone')).toEqual({ ever: 1, month: 1, running: 1, slots: ['run-1'] });
  });

  it('of 100 runs at once is two: the first one’s, and that of all who came meanwhile', async () => {
    await backends.onboard('burst');
    const outcomes = await admitAll(
      newAdmit(),
      'burst',
      runIds(100).map((id) => candidate(id)),
    );
    expect(new Set(outcomes)).toEqual(new Set(['admitted']));
    expect(proxy.calls).toHaveLength(2);
    expect(await backends.usage('burst')).toEqual({
      ever: 100,
      month: 100,
      running: 100,
      slots: runIds(100),
    });
  });

  it('serves who came first', async () => {
    await backends.onboard('in_order', { max_concurrent_pipelines: 4 });
    const outcomes = await admitAll(
      newAdmit(),
      'in_order',
      runIds(6).map((id) => candidate(id)),
    );
    const refused = 'concurrent_limit_reached';
    expect(outcomes).toEqual(['admitted', 'admitted', 'admitted', 'admitted', refused, refused]);
  });

  it('serves who came first, also where one of them comes again behind the others', async () => {
    await backends.onboard('repeats', { max_pipelines_per_month: 2 });
    const keyed = candidate('keyed', { request_hash: 'hash' });
    const outcomes = await admitAll(newAdmit(), 'repeats', [
      candidate('first'),
      keyed,
      candidate('other'),
      keyed,
    ]);
    expect(outcomes).toEqual(['admitted', 'admitted', 'monthly_quota_exceeded', 'admitted']);
    expect(await backends.usage('repeats')).toMatchObject({ ever: 2, slots: ['first', 'keyed'] });
  });

  it('keeps tenants apart', async () => {
    await backends.onboard('full', { max_pipelines_per_month: 0 });
    await backends.onboard('roomy');
    const admit = newAdmit();
    const asked = [
      admit('full', candidate('run-1')),
      admit('roomy', candidate('run-1')),
      admit('nobody', candidate('run-1')),
    ];
    const outcomes = (await Promise.all(asked)).map(outcome);
    expect(outcomes).toEqual(['monthly_quota_exceeded', 'admitted', 'tenant_not_found']);
  });

  const bigqueryError = (status: number, reason: string, message: string): Treatment => ({
    status,
    body: { error: { code: status, message, errors: [{ reason, message }] } },
  });
  const table = 'table local:acme.tenants';
  it.each<[string, Treatment]>([
    [
      'a conflict',
      bigqueryError(400, 'invalidQuery', `Could not serialize access to ${table} due to concurrent update`),
    ],
    [
      'a full queue',
      bigqueryError(
        400,
        'resourcesExceeded',
        `Resources exceeded during query execution: Too many DML statements outstanding against ${table}, limit is 20.`,
      ),
    ],
    [
      'a rate limit',
      bigqueryError(403, 'rateLimitExceeded', 'Exceeded rate limits: too many table dml update operations'),
    ],
    ['an error of the service', bigqueryError(503, 'backendError', 'Retrying may solve the problem.')],
    ['a broken connection', 'break'],
  ])('is asked again after %s, and counted once', async (what, treatment) => {
    const tenantId = `after_${what.replaceAll(' ', '_')}`;
    await backends.onboard(tenantId);
    treatFirst(2, treatment);
    expect(outcome(await newAdmit()(tenantId, candidate('run-1')))).toBe('admitted');
    expect(proxy.countOf('admit-runs')).toBe(3);
    expect(await backends.usage(tenantId)).toEqual({ ever: 1, month: 1, running: 1, slots: ['run-1'] });
  });

  it.each<[string, Treatment]>([
    ['that access is denied', bigqueryError(403, 'accessDenied', 'Access Denied')],
    ['that the query is wrong', bigqueryError(400, 'invalidQuery', 'Unrecognized name: active_runs')],
    ['that a quota is used up', bigqueryError(403, 'quotaExceeded', 'Your project exceeded quota')],
  ])('is not asked again where BigQuery says %s', async (_what, treatment) => {
    await backends.onboard('refused').catch(() => undefined);
    treatFirst(1, treatment);
    await expect(newAdmit()('refused', candidate('run-1'))).rejects.toThrow();
    expect(proxy.calls).toHaveLength(1);
    expect(await backends.usage('refused')).toEqual(untouched);
  });

  describe('that cannot be decided in time', () => {
    const soon = { budgetMs: 150 };
    const unavailable = { code: 'unavailable', headers: { 'Retry-After': '5' } };

    it('is refused as unavailable where BigQuery does not answer, and takes nothing', async () => {
      await backends.onboard('hanging');
      treatFirst(1, 'hang');
      await expect(newAdmit(soon)('hanging', candidate('run-1'))).rejects.toMatchObject(unavailable);
      expect(await backends.usage('hanging')).toEqual(untouched);
    });

    it('gives the slot back that was taken after all', async () => {
      await backends.onboard('withdrawn');
      await backends.hold('withdrawn', ['another-run']);
      treatFirst(1, 'lose-answer');
      await expect(newAdmit(soon)('withdrawn', candidate('run-1'))).rejects.toMatchObject(unavailable);
      expect(await backends.usage('withdrawn')).toEqual({
        ever: 1,
        month: 1,
        running: 1,
        slots: ['another-run'],
      });
    });

    it('gives all slots back where many were decided together, in few statements', async () => {
      await backends.onboard('many_withdrawn');
      // The first call of the first run fails, so that the second is everyone's.
      let calls = 0;
      proxy.treat(({ statement }) => {
        if (statement !== 'admit-runs') return 'pass';
        return calls++ === 0 ? 'break' : 'lose-answer';
      });
      const admit = newAdmit({ budgetMs: 1_000 });
      const asked = runIds(100).map((id) => admit('many_withdrawn', candidate(id)));
      const outcomes = await Promise.allSettled(asked);
      expect(outcomes).toMatchObject(Array(100).fill({ status: 'rejected', reason: unavailable }));
      expect(proxy.countOf('admit-runs')).toBe(2);
      expect(await backends.usage('many_withdrawn')).toEqual(untouched);
      expect(proxy.countOf('withdraw-runs')).toBe(2);
    });

    it('withdraws nothing that was never asked for', async () => {
      await backends.onboard('waiting');
      treatFirst(1, 'hang');
      const admit = newAdmit(soon);
      const outcomes = await Promise.allSettled([
        admit('waiting', candidate('keyed', { request_hash: 'hash' })),
        admit('waiting', candidate('waiting')),
      ]);
      expect(outcomes).toMatchObject([{ reason: unavailable }, { reason: unavailable }]);
      expect(proxy.calls).toHaveLength(1);
    });

    it('never starts what was withdrawn before BigQuery came to decide it', async () => {
      await backends.onboard('overtaken');
      const { runStatement } = backends;
      const now = new Date();
      await runStatement('overtaken', withdrawRuns, { tenant_id: 'overtaken', run_ids: ['run-1'], now });
      await backends.hold('overtaken', ['run-1', 'run-2']);
      expect(await backends.usage('overtaken')).toEqual({ ever: 1, month: 1, running: 1, slots: ['run-2'] });
    });

    it('remembers what was withdrawn for an hour, and each run once', async () => {
      await backends.onboard('forgetful');
      const withdrawAt = (time: string, run_ids: string[]) =>
        backends.runStatement('forgetful', withdrawRuns, {
          tenant_id: 'forgetful',
          run_ids,
          now: new Date(`2026-11-23T${time}Z`),
        });
      await withdrawAt('12:00:00', ['run-1', 'run-2']);
      await withdrawAt('12:30:00', ['run-2', 'run-3']);
      await withdrawAt('13:00:00', ['run-4']);
      const sql = 'SELECT withdrawn.run_id FROM tenants, UNNEST(withdrawn_runs) AS withdrawn ORDER BY run_id';
      const remembered = await query(backends.client, 'forgetful', sql);
      expect(remembered.map(({ run_id }) => run_id)).toEqual(['run-2', 'run-3', 'run-4']);
    });

    it('leaves a run under an idempotency key where it is: a repeat finds it', async () => {
      await backends.onboard('keyed');
      treatFirst(1, 'lose-answer');
      const admit = newAdmit(soon);
      const keyed = candidate('keyed', { request_hash: 'hash' });
      await expect(admit('keyed', keyed)).rejects.toMatchObject({
        ...unavailable,
        detail: expect.stringContaining('same Idempotency-Key'),
      });
      await eventually('the lost effect', async () => {
        const { slots } = await backends.usage('keyed');
        return slots.length > 0 ? slots : undefined;
      });
      expect(proxy.countOf('withdraw-runs')).toBe(0);
      proxy.treat(() => 'pass');
      expect(outcome(await newAdmit()('keyed', keyed))).toBe('admitted');
      expect(await backends.usage('keyed')).toMatchObject({ ever: 1, slots: ['keyed'] });
    });

    it('does not say that nothing was started where that is not known, and logs which run it is', async () => {
      await backends.onboard('unknown');
      proxy.treat(({ statement }) => (statement === 'withdraw-runs' ? 'break' : 'lose-answer'));
      const refused: unknown = await newAdmit(soon)('unknown', candidate('run-1')).catch(
        (error: unknown) => error,
      );
      expect(refused).toMatchObject({
        ...unavailable,
        detail: expect.not.stringContaining('Nothing was started'),
      });
      expect(lines).toContainEqual(
        expect.objectContaining({ severity: 'WARNING', tenant_id: 'unknown', run_id: 'run-1' }),
      );
    });

    it('leaves a run alone that has come to its end all the same', async () => {
      await backends.onboard('over');
      const runStatement = createRunStatement(backends.client);
      await backends.hold('over', ['run-1', 'run-2']);
      await record(backends.client, 'over', 'run-1');
      const given = { tenant_id: 'over', run_ids: ['run-1', 'run-2', 'never'], now: new Date() };
      await runStatement('over', withdrawRuns, given);
      expect(await backends.usage('over')).toEqual({ ever: 1, month: 1, running: 1, slots: ['run-1'] });
      await runStatement('over', withdrawRuns, given);
      expect(await backends.usage('over')).toEqual({ ever: 1, month: 1, running: 1, slots: ['run-1'] });
    });

    it('never admits while BigQuery is away, and does when it is back', async () => {
      await backends.onboard('away');
      const admit = newAdmit({ budgetMs: 200 });
      backends.bigquery.setAvailable(false);
      const outcomes = await Promise.allSettled(runIds(5).map((id) => admit('away', candidate(id))));
      expect(outcomes).toMatchObject(Array(5).fill({ status: 'rejected', reason: unavailable }));
      backends.bigquery.setAvailable(true);
      expect(await backends.usage('away')).toEqual(untouched);
      // A run of its own each time, as in life: one that comes too late on a busy machine is withdrawn for good.
      let tries = 0;
      const admitted = await eventually('an admission', () =>
        admit('away', candidate(`later-${tries++}`)).catch(() => undefined),
      );
      expect(outcome(admitted)).toBe('admitted');
    });

    it('does not keep a request waiting for its time where BigQuery is back before', async () => {
      await backends.onboard('back_soon');
      backends.bigquery.setAvailable(false);
      const asked = newAdmit()('back_soon', candidate('run-1'));
      await eventually('a call in vain', async () => (proxy.calls.length > 1 ? true : undefined));
      backends.bigquery.setAvailable(true);
      expect(outcome(await asked)).toBe('admitted');
    });
  });
});
