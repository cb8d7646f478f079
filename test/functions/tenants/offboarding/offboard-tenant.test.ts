import { differingHours } from '../../../../functions/tenants/offboarding/export-runs';
import {
  type OffboardDependencies,
  offboardTenant,
} from '../../../../functions/tenants/offboarding/offboard-tenant';
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
  const state = { inFlight: 0, unrecorded: 0, isExported: false, isGone: false };
  const calls: string[] = [];
  const rowsOf = (name: string): readonly unknown[] => {
    if (state.isGone && name !== 'begin-offboarding') throw notFound;
    if (name === 'list-unrecorded-runs') return Array.from({ length: state.unrecorded }, () => ({}));
    const slots = { active_runs_count: state.inFlight, active_runs: [] };
    return [{ tenant_id: 'acme', onboarding_id: 'first', offboarding_at: begunAt, ...slots }];
  };
  const runStatement = (async (_dataset, { name }) => ({
    rows: rowsOf(name),
    affectedRows: 0,
    location: 'EU',
  })) as RunStatement;
  const deps: OffboardDependencies = {
    runStatement,
    cancelling: () => {
      throw new Error('Nothing is to be cancelled');
    },
    recordOutcomes: async () => void calls.push('record'),
    exportRuns: async () => state.isExported,
    records: {
      find: async () => (state.isGone ? removing : undefined),
      append: async ({ state: reached }) => void calls.push(reached),
    },
    announce: async (...events) => void calls.push(...events.map(({ type }) => type)),
    datasets: {
      deleteDataset: async () => void calls.push('delete'),
      undeleteDataset: async () => undefined,
    },
    now: () => new Date('2026-11-30T12:10:00Z'),
    log: () => undefined,
  };
  /** @param pieces after how many looks at the clock the time is up */
  const goOn = (pieces: number) => {
    let looks = 0;
    return offboardTenant('acme', { isForced: false, isTimeUp: () => looks++ >= pieces }, deps);
  };
  return { state, calls, goOn };
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
  expect(calls).toEqual(['removing', 'tenant.offboarded', 'delete', 'removed']);
});

it('one that another call brings to its end meanwhile is over, too', async () => {
  const { state, calls, goOn } = startedOffboarding();
  state.isGone = true;
  expect(await goOn(99)).toMatchObject({ stage: 'removed', restorableUntil: removing.restorable_until });
  expect(calls).toEqual(['removed']);
});

it('outcomes that the ledger does not show are recorded again, and then left to the next call', async () => {
  const { state, calls, goOn } = startedOffboarding();
  state.unrecorded = 1;
  expect(await goOn(99)).toMatchObject({ stage: 'recording', waiting: 1 });
  expect(calls).toEqual(['record', 'record', 'record']);
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
