// In short: ./admission.test.ts
import { randomUUID } from 'node:crypto';
import { clientOf } from 'local-bigquery/testing';
import { locationOfDataset } from '../../../shared/google/bigquery/dataset-location';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createReadQuotaCounters } from '../../../shared/google/bigquery/tables/read-tenant-state';
import { type Admit, type AdmitSettings, createAdmit } from '../../../shared/runs/admit';
import { admitRuns } from '../../../shared/sql/runs/admit-runs';
import { confirmRuns } from '../../../shared/sql/runs/confirm-runs';
import { decideRuns } from '../../../shared/sql/runs/decide-runs';
import { withdrawAndHandOn, withdrawRuns } from '../../../shared/sql/runs/withdraw-runs';
import { systemClock } from '../../../shared/support/clock';
import { type Backends, settleHeld, startBackends } from '../../functions/support/backends';
import { type BigQueryProxy, startProxy, type Treatment } from '../../functions/support/proxy';
import { collectingLog, type LogLine } from '../../functions/support/serve';
import { eventually, query } from '../../support/local-cloud';
import { aboutQueue } from '../../support/started-by';
import { candidate, outcome, runIds, untouched } from './candidates';

describe('Admission that is not decided in time', () => {
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

  /** The admission of one instance, through the proxy. */
  const newAdmit = (settings?: Partial<AdmitSettings>): Admit => {
    const collected = collectingLog();
    lines = collected.lines;
    const client = clientOf(proxy.url);
    const deps = {
      runStatement: createRunStatement(client),
      readQuotaCounters: createReadQuotaCounters(client),
      publishRun: async () => undefined,
      newId: randomUUID,
      clock: systemClock,
      log: collected.log,
    };
    return createAdmit(deps, settings);
  };
  /** A tenant of which the instance knows where it is: its statements are sent without asking first. */
  const onboard = async (...given: Parameters<Backends['onboard']>) => {
    await backends.onboard(...given);
    await locationOfDataset(clientOf(proxy.url), given[0]);
  };
  /** Treats the first calls of admission like this, and lets everything else pass. */
  const treatFirst = (count: number, treatment: Treatment) => {
    let left = count;
    proxy.treat(({ statement }) => (statement?.startsWith('admit') && left-- > 0 ? treatment : 'pass'));
  };

  const soon = { budgetMs: 150 };
  const unavailable = { code: 'unavailable', retryAfterSeconds: 5 };

  it('answers unavailable when BigQuery does not answer, and takes no slot', async () => {
    await onboard('hanging');
    treatFirst(1, 'hang');
    await expect(newAdmit(soon)('hanging', candidate('run-1'))).rejects.toMatchObject(unavailable);
    expect(await backends.usage('hanging')).toEqual(untouched);
  });

  it('gives the slot back if it was taken after all', async () => {
    await onboard('withdrawn');
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

  it('gives all slots of a large batch back in few statements', async () => {
    await onboard('many_withdrawn');
    // The first call carries one run and fails, so that the second carries all of them.
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
    // The statement that broke off: its repeat has the last word.
    expect(proxy.countOf('withdraw-statements')).toBe(1);
  });

  it('withdraws no run that was never sent to BigQuery', async () => {
    await onboard('waiting');
    treatFirst(1, 'hang');
    const admit = newAdmit(soon);
    const outcomes = await Promise.allSettled([
      admit('waiting', candidate('keyed', { request_hash: 'hash' })),
      admit('waiting', candidate('waiting')),
    ]);
    expect(outcomes).toMatchObject([{ reason: unavailable }, { reason: unavailable }]);
    expect(proxy.calls.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it('never starts a run that was withdrawn before BigQuery decided on it', async () => {
    await onboard('overtaken');
    const { runStatement } = backends;
    const given = { tenant_id: 'overtaken', run_ids: ['run-1'], now: new Date() };
    await runStatement('overtaken', withdrawRuns, given);
    await backends.hold('overtaken', ['run-1', 'run-2']);
    expect(await backends.usage('overtaken')).toEqual({ ever: 1, month: 1, running: 1, slots: ['run-2'] });
  });

  it('withdraws nothing that reconcile may have started', async () => {
    await onboard('too_late');
    const { runStatement } = backends;
    // In the month that its tenant's row counts.
    const admitted = new Date();
    await backends.hold('too_late', ['run-1'], { now: admitted });
    await backends.hold('too_late', ['run-2'], { now: new Date(admitted.getTime() + 1) });
    const confirmUntil = (until: Date) =>
      runStatement('too_late', confirmRuns, { tenant_id: 'too_late', until });
    const withdraw = (run_ids: readonly string[]) =>
      runStatement('too_late', withdrawRuns, { tenant_id: 'too_late', run_ids, now: new Date() });

    expect(await confirmUntil(admitted)).toMatchObject({ affectedRows: 1 });
    // It never moves back.
    expect(await confirmUntil(new Date(0))).toMatchObject({ affectedRows: 0 });
    expect(await withdraw(['run-1'])).toMatchObject({ affectedRows: 0 });
    expect(await withdraw(['run-2', 'run-1'])).toMatchObject({ affectedRows: 0 });
    expect(await backends.usage('too_late')).toMatchObject({ ever: 2, slots: ['run-1', 'run-2'] });
    expect(await withdraw(['run-2', 'run-3'])).toMatchObject({ affectedRows: 1 });
    await backends.hold('too_late', ['run-2', 'run-3']);
    expect(await backends.usage('too_late')).toMatchObject({ ever: 1, slots: ['run-1'] });
  });

  it('does not say that nothing was started when its withdrawal came too late', async () => {
    await onboard('told_late');
    const { runStatement } = backends;
    const until = new Date(Date.now() + 60_000);
    proxy.treat(async ({ statement }): Promise<Treatment> => {
      if (statement === 'admit-runs') return 'lose-answer';
      if (statement === 'withdraw-runs')
        await runStatement('told_late', confirmRuns, { tenant_id: 'told_late', until });
      return 'pass';
    });
    const refused = newAdmit(soon)('told_late', candidate('run-1'));
    await expect(refused).rejects.toMatchObject({
      ...unavailable,
      detail: expect.stringContaining('It may still start'),
    });
    expect(await backends.usage('told_late')).toMatchObject({ ever: 1, slots: ['run-1'] });
  });

  it('gives its repeat the last word: what comes late changes nothing, be it admitted or refused by then', async () => {
    await backends.onboard('late', { max_concurrent_pipelines: 1 });
    treatFirst(1, 'break');
    const admit = newAdmit();
    expect(outcome(await admit('late', candidate('run-1')))).toBe('admitted');
    expect(outcome(await admit('late', candidate('run-2')))).toBe('concurrent_limit_reached');
    const statements = proxy.calls.flatMap(({ statement }) => statement ?? []);
    expect(statements.slice(0, 3)).toEqual(['admit-runs', 'withdraw-statements', 'admit-runs']);
    // The attempt that broke off gets its turn now that there is room again and its run is over.
    await settleHeld(backends, 'late', 'run-1');
    const sql = 'UPDATE tenants SET settled_runs = [] WHERE TRUE';
    await query(backends.client, 'late', sql);
    const [late] = await query(backends.client, 'late', 'SELECT run_id FROM tenants, UNNEST(withdrawn_runs)');
    const { runStatement } = backends;
    const given = {
      tenant_id: 'late',
      statement_id: String(late?.run_id),
      now: new Date(),
      unlimited: 1_000,
      most_waiting: 1_000,
      ...aboutQueue,
      candidates: [candidate('run-1')],
    };
    expect(await runStatement('late', admitRuns, given)).toMatchObject({ affectedRows: 0 });
    expect((await runStatement('late', decideRuns, given)).rows).toMatchObject([{ known: [], running: 0 }]);
    const another = { ...given, statement_id: 'another' };
    expect(await runStatement('late', admitRuns, another)).toMatchObject({ affectedRows: 1 });
  });

  it('remembers a withdrawn run for an hour, and only once', async () => {
    await onboard('forgetful');
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

  it('never withdraws a run under an idempotency key: a repeat finds it', async () => {
    await onboard('keyed');
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

  it('does not say that nothing was started when that is not known, and logs the run', async () => {
    await onboard('unknown');
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

  it('does not withdraw a run that has ended all the same', async () => {
    await onboard('over');
    await backends.hold('over', ['run-1', 'run-2']);
    await settleHeld(backends, 'over', 'run-1');
    const now = new Date();
    const given = { tenant_id: 'over', run_ids: ['run-1', 'run-2', 'never'], now };
    expect(await backends.runStatement('over', withdrawRuns, given)).toMatchObject({ affectedRows: 0 });
    const further = { ...given, unlimited: 1_000, handed_since: now };
    for (let time = 0; time < 2; time++) {
      const { rows } = await backends.runStatement('over', withdrawAndHandOn, further);
      expect(rows).toMatchObject([{ withdrawn: ['never', 'run-2'] }]);
      expect(await backends.usage('over')).toEqual({ ever: 1, month: 1, running: 0, slots: [] });
    }
  });

  it('admits nothing while BigQuery is away, and admits again when it is back', async () => {
    await onboard('away');
    const admit = newAdmit({ budgetMs: 200 });
    backends.bigquery.setAvailable(false);
    const outcomes = await Promise.allSettled(runIds(5).map((id) => admit('away', candidate(id))));
    expect(outcomes).toMatchObject(Array(5).fill({ status: 'rejected', reason: unavailable }));
    backends.bigquery.setAvailable(true);
    expect(await backends.usage('away')).toEqual(untouched);
    // A new run each time, as in production: on a busy machine one may come too late, and then it is
    // withdrawn for good.
    let tries = 0;
    const admitted = await eventually('an admission', () =>
      admit('away', candidate(`later-${tries++}`)).catch(() => undefined),
    );
    expect(outcome(admitted)).toBe('admitted');
  });

  it('answers as soon as BigQuery is back, without waiting for the time limit', async () => {
    await onboard('back_soon');
    backends.bigquery.setAvailable(false);
    const asked = newAdmit()('back_soon', candidate('run-1'));
    await eventually('a call in vain', async () => (proxy.calls.length > 1 ? true : undefined));
    backends.bigquery.setAvailable(true);
    expect(outcome(await asked)).toBe('admitted');
  });
});
