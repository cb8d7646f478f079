import { createAnnounceLastAlerts } from '../../../../functions/tenants/offboarding/announce-last-alerts';
import { createExportRuns, differingHours } from '../../../../functions/tenants/offboarding/export-runs';
import {
  type OffboardDependencies,
  offboardTenant,
} from '../../../../functions/tenants/offboarding/offboard-tenant';
import { restoreOffboarded } from '../../../../functions/tenants/offboarding/restore-tenant';
import type { RunStatement } from '../../../../shared/google/bigquery/statements/run-statement';

const begunAt = new Date('2026-11-30T12:00:00Z');

/** As BigQuery says that a dataset is not there. */
const notFound = Object.assign(new Error('Not found: Dataset local:acme'), {
  code: 404,
  errors: [{ reason: 'notFound', message: 'Not found: Dataset local:acme' }],
});
const removing = {
  tenant_id: 'acme',
  onboarding_id: 'first',
  state: 'removing' as const,
  recorded_at: begunAt,
  offboarding_at: begunAt,
  restorable_until: new Date('2026-12-07T12:00:00Z'),
};

/** A tenant whose offboarding has begun, and what is asked for it. */
function startedOffboarding() {
  const state = {
    inFlight: 0,
    unrecorded: 0,
    isExported: false,
    isGone: false,
    isBuffered: false,
    /** Whether the tenant has come back by when its row is read again. */
    isBack: false,
    /** With what the export fails. */
    failing: undefined as Error | undefined,
    leftMs: 60_000,
  };
  const calls: string[] = [];
  const rowsOf = (name: string): readonly unknown[] => {
    if (state.isGone && name !== 'begin-offboarding') throw notFound;
    if (name === 'list-unrecorded-runs') return Array.from({ length: state.unrecorded }, () => ({}));
    const slots = { active_runs_count: state.inFlight, active_runs: [] };
    const offboarding_at = state.isBack && name === 'read-tenant' ? null : begunAt;
    return [{ tenant_id: 'acme', onboarding_id: 'first', offboarding_at, ...slots }];
  };
  const runStatement = (async (_dataset, { name }) => ({
    rows: rowsOf(name),
    affectedRows: 0,
    location: 'EU',
  })) as RunStatement;
  const deps: { -readonly [Part in keyof OffboardDependencies]: OffboardDependencies[Part] } = {
    runStatement,
    cancelling: () => {
      throw new Error('Nothing is to be cancelled');
    },
    recordOutcomes: async () => void calls.push('record'),
    exportRuns: async () => {
      if (state.failing !== undefined) throw state.failing;
      return state.isExported;
    },
    records: {
      find: async () => (state.isGone ? removing : undefined),
      append: async ({ state: reached }) => void calls.push(reached),
    },
    announce: async (...events) => void calls.push(...events.map(({ type }) => type)),
    hasStreamingBuffer: async () => state.isBuffered,
    announceLastAlerts: async () => void calls.push('alerts'),
    disableSchedules: async () => undefined,
    datasets: {
      deleteDataset: async (_dataset, check) => {
        await check?.();
        calls.push('delete');
      },
      hasTable: async () => !state.isGone,
      undeleteDataset: async () => void calls.push('undelete'),
    },
    now: () => new Date('2026-11-30T12:10:00Z'),
    log: (severity, _text, fields) => void calls.push(`${severity} ${fields?.stage ?? ''}`.trim()),
  };
  /** @param pieces after how many looks at the clock the time is up */
  const goOn = (pieces: number, isForced = false) => {
    let looks = 0;
    const isTimeUp = () => looks++ >= pieces;
    return offboardTenant('acme', { isForced, isTimeUp, leftMs: () => state.leftMs }, deps);
  };
  return { state, calls, goOn, deps };
}

it('an offboarding whose time is up says how far it has come, and goes on from there', async () => {
  const { state, calls, goOn } = startedOffboarding();
  state.inFlight = 2;
  expect(await goOn(0)).toMatchObject({ stage: 'draining', inFlight: 2, restorableUntil: null });
  state.inFlight = 0;
  state.unrecorded = 3;
  expect(await goOn(0)).toMatchObject({ stage: 'recording', inFlight: 0, waiting: 3 });
  expect(calls).toEqual([]);
  state.unrecorded = 0;
  expect(await goOn(0)).toMatchObject({ stage: 'exporting' });
  expect(await goOn(9)).toMatchObject({ stage: 'exporting' });
  state.isExported = true;
  expect(await goOn(1)).toMatchObject({ stage: 'removing' });
  expect(calls).toEqual([]);
  expect(await goOn(9)).toMatchObject({
    stage: 'removed',
    offboardingAt: begunAt,
    restorableUntil: new Date('2026-12-07T12:10:00Z'),
  });
  expect(calls).toEqual(['alerts', 'removing', 'tenant.offboarded', 'delete', 'removed']);
});

it('two calls at once announce the same: until when it can be restored at the least', async () => {
  const { state, goOn, deps } = startedOffboarding();
  state.isExported = true;
  let passedMs = 0;
  deps.now = () => {
    passedMs += 1_234;
    return new Date(begunAt.getTime() + passedMs);
  };
  const told: (readonly [id: string, until: unknown])[] = [];
  deps.announce = async (...events) =>
    void told.push(...events.map(({ id, data }) => [id, Reflect.get(data, 'restorable_until')] as const));
  await Promise.all([goOn(9), goOn(9)]);
  expect(told.map(([, until]) => until)).toEqual(Array(2).fill('2026-12-07T12:00:00.000Z'));
  expect(new Set(told.map(([id]) => id)).size).toBe(1);
  passedMs = 9.5 * 24 * 3_600_000;
  await goOn(9);
  expect(told.at(-1)?.[1]).toBe('2026-12-16T12:00:00.000Z');
});

it('one that another call brings to its end meanwhile is over, too', async () => {
  const { state, calls, goOn } = startedOffboarding();
  state.isGone = true;
  // When it went nobody knows: so its 7 days are counted from now.
  const restorableUntil = new Date('2026-12-07T12:10:00Z');
  expect(await goOn(99)).toMatchObject({ stage: 'removed', restorableUntil });
  expect(calls).toEqual(['removed']);
});

it('waits until the ledger has left the streaming buffer, unless it is forced', async () => {
  const { state, goOn } = startedOffboarding();
  state.isExported = true;
  state.isBuffered = true;
  expect(await goOn(99)).toMatchObject({ stage: 'recording', waiting: 0, againSeconds: 60 });
  expect(await goOn(99, true)).toMatchObject({ stage: 'removed' });
});

it('what was not found is no sign that the dataset is gone', async () => {
  const { state, calls, goOn } = startedOffboarding();
  state.failing = notFound;
  await expect(goOn(99)).rejects.toBe(notFound);
  expect(calls).toEqual([]);
});

it('a failure that passes is told as the stage that was reached, and logged', async () => {
  const { state, calls, goOn } = startedOffboarding();
  state.failing = Object.assign(new Error('Broken'), { code: 'ECONNRESET' });
  expect(await goOn(99)).toMatchObject({ stage: 'exporting', offboardingAt: begunAt });
  expect(calls).toEqual(['WARNING exporting']);
  state.failing = new Error('Refused');
  await expect(goOn(99)).rejects.toBe(state.failing);
});

it('a tenant that has come back meanwhile is not removed', async () => {
  const { state, calls, goOn } = startedOffboarding();
  state.isExported = true;
  state.isBack = true;
  await expect(goOn(99)).rejects.toMatchObject({ code: 'tenant_exists' });
  expect(calls).not.toContain('delete');
});

it('nothing is removed once nobody waits for the answer any more', async () => {
  const { state, calls, goOn, deps } = startedOffboarding();
  state.isExported = true;
  // The process stands still while the row is read last.
  const { runStatement } = deps;
  deps.runStatement = async (dataset, statement, ...rest) => {
    if (statement.name === 'read-tenant') state.leftMs = 0;
    return runStatement(dataset, statement, ...rest);
  };
  await expect(goOn(99)).rejects.toMatchObject({ code: 'unavailable' });
  expect(calls).not.toContain('delete');
});

it('a restoring that cannot go on yet says that the dataset is back', async () => {
  const { calls, deps } = startedOffboarding();
  const records = { ...deps.records, find: async () => ({ ...removing, state: 'removed' as const }) };
  const never = { ...deps, records, runStatement: () => new Promise<never>(() => undefined) };
  expect(await restoreOffboarded('acme', () => 10, never)).toBeUndefined();
  expect(calls).toEqual(['undelete', 'WARNING']);
  const append = () => new Promise<never>(() => undefined);
  const noRecord = { ...deps, records: { ...records, append } };
  expect(await restoreOffboarded('acme', () => 10, noRecord)).toMatchObject({ tenant_id: 'acme' });
});

it('outcomes that the ledger does not show are recorded again, and then left to the next call', async () => {
  const { state, calls, goOn } = startedOffboarding();
  state.unrecorded = 1;
  expect(await goOn(99)).toMatchObject({ stage: 'recording', waiting: 1 });
  expect(calls).toEqual(['record', 'record', 'record']);
});

it('of an hour that differs only what is missing is asked for and written', async () => {
  const hour = new Date('2026-11-30T10:00:00Z');
  const tables: Record<string, readonly unknown[]> = {
    'list-recorded-hours': [{ hour, runs: 3, fingerprint: 'a' }],
    'list-all-runs-hours': [{ hour, runs: 2, fingerprint: 'b' }],
    'list-all-runs-of-hour': [{ run_id: 'run-1' }, { run_id: 'run-of-an-earlier-life' }],
    'list-recorded-runs': [],
  };
  const asked: unknown[] = [];
  const appended: unknown[] = [];
  const runStatement = (async (_dataset, { name }, parameters) => {
    asked.push({ name, ...parameters });
    return { rows: tables[name] ?? [], affectedRows: 0, location: 'EU' };
  }) as RunStatement;
  const append = async (_table: string, ...rows: readonly unknown[]) => void appended.push(...rows);
  const exportRuns = createExportRuns('control', { runStatement, append });
  const isDone = await exportRuns({ tenant_id: 'acme', onboarding_id: 'second' }, () => false);
  expect([isDone, appended]).toEqual([true, []]);
  const known = ['run-1', 'run-of-an-earlier-life'];
  expect(asked).toContainEqual(expect.objectContaining({ name: 'list-recorded-runs', known }));
});

it('announces what was reached and nobody has announced, and is held up by no failure of it', async () => {
  const life = { tenant_id: 'acme', onboarding_id: 'first' };
  const alert = {
    quota: 'monthly' as const,
    month: '2026-11-01',
    percent: 80,
    used: 8,
    quota_limit: 10,
    run_id: 'run-1',
    reached_at: begunAt,
  };
  const due = { ...alert, announced_at: null };
  const read = async () => ({
    onboarding_id: 'first',
    is_active: false,
    max_concurrent_pipelines: null,
    active_runs: [],
    settled_runs: [],
    confirmed_until: null,
    quota_alerts: [{ ...alert, announced_at: begunAt }, due],
  });
  const announced: unknown[] = [];
  const severities: string[] = [];
  const log = (severity: string) => void severities.push(severity);
  await createAnnounceLastAlerts(read, async (...given) => void announced.push(given), log)(life);
  expect([announced, severities]).toEqual([[[life, [due]]], []]);
  const fail = () => Promise.reject(new Error('No topic'));
  await createAnnounceLastAlerts(read, fail, log)(life);
  expect(severities).toEqual(['WARNING']);
});

it('the hours that are exported again are those whose runs differ', () => {
  const hour = (time: string, runs: number, fingerprint: string) => ({
    hour: new Date(`2026-11-30T${time}:00Z`),
    runs,
    fingerprint,
  });
  const recorded = [
    hour('10:00', 2, 'a'),
    hour('11:00', 1, 'b'),
    hour('12:00', 1, 'c'),
    hour('13:00', 1, 'd'),
  ];
  const exported = [
    hour('09:00', 1, 'z'),
    hour('10:00', 2, 'a'),
    hour('11:00', 2, 'b'),
    hour('13:00', 1, 'e'),
  ];
  expect(differingHours(recorded, exported)).toEqual(recorded.slice(1));
});
