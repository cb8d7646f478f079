import { recordSettled } from '../../../functions/reconcile/record-settled';
import { mostWaitingForAllRuns } from '../../../shared/runs/rules/admission-rules';
import { failedOutcome, type RecordedOutcome, recordedOutcome } from '../../../shared/runs/rules/ledger-row';
import { startedByKey } from '../../support/started-by';
import { collectingLog } from '../support/serve';

const begin = Date.parse('2026-11-30T12:00:00.000Z');
const now = new Date(begin + 3_600_000);

/** Settled one after the other, the youngest first. */
const settledRuns = (count: number): readonly RecordedOutcome[] =>
  Array.from({ length: count }, (_, index) => {
    const run_id = `run-${count - index}`;
    const at = new Date(begin + count - index);
    const slot = { pipeline: 'a/b/c', parameters: '{}', trigger: 'api', request_hash: null, ...startedByKey };
    const times = { startedAt: undefined, endedAt: at, recordedAt: at };
    return recordedOutcome({ run_id, ...slot, admitted_at: at }, failedOutcome('unavailable', ''), times);
  });

/** What is dropped of runs that the ledger has, where `all_runs` takes those that `isTaken` names. */
async function droppedOf(settled_runs: readonly RecordedOutcome[], isTaken: (runId: string) => boolean) {
  const { log, lines } = collectingLog();
  const dropped: string[] = [];
  const recorded = new Set<string>();
  const looked = {
    tenantId: 'acme',
    onboarding_id: 'life-1',
    settled_runs,
    now,
    ledger: new Map(settled_runs.map((run) => [run.run_id, run])),
  };
  await recordSettled(looked, {
    recordOutcomes: () => Promise.reject(new Error('The ledger has them all')),
    async recordInAllRuns(_life, { run_id }) {
      if (!isTaken(run_id)) throw new Error('no rows');
      recorded.add(run_id);
    },
    async dropSettledRuns(_tenantId, _onboardingId, runs) {
      dropped.push(...runs.map(({ run_id }) => run_id));
    },
    rule: { startGraceMs: 0, intervalMs: 0, appendGraceMs: 60_000 },
    log,
  });
  return { dropped, recorded, errors: lines.filter(({ severity }) => severity === 'ERROR') };
}

describe('What reconcile drops of settled runs', () => {
  it('are those that all_runs has after it was written again', async () => {
    const { dropped, recorded } = await droppedOf(settledRuns(3), () => true);
    expect(dropped).toEqual(['run-3', 'run-2', 'run-1']);
    expect([...recorded]).toEqual(dropped);
  });

  it('are none that all_runs has not taken, as long as few wait', async () => {
    const { dropped, errors } = await droppedOf(settledRuns(mostWaitingForAllRuns), (id) => id === 'run-2');
    expect(dropped).toEqual(['run-2']);
    expect(errors).toEqual([]);
  });

  it('are the oldest of too many, and an ERROR says which are missing in all_runs', async () => {
    const { dropped, errors } = await droppedOf(settledRuns(mostWaitingForAllRuns + 2), () => false);
    expect(dropped).toEqual(['run-1', 'run-2']);
    expect(errors).toMatchObject([
      {
        tenant_id: 'acme',
        runs: 2,
        admitted_from: new Date(begin + 1),
        admitted_before: new Date(begin + 3),
      },
    ]);
  });

  it('are those of the ledger, though others cannot be told or appended: then that is thrown', async () => {
    const [old, ...young] = settledRuns(450).toReversed();
    const dropped: string[] = [];
    const tried: number[] = [];
    const settled_runs = [...young, ...(old === undefined ? [] : [old])];
    const ledger = new Map(old === undefined ? [] : [[old.run_id, old]]);
    const recording = recordSettled(
      { tenantId: 'acme', onboarding_id: 'life-1', settled_runs, now, ledger },
      {
        async recordOutcomes(_life, runs) {
          tried.push(runs.length);
          // The second of three chunks goes through.
          if (tried.length !== 2) throw new Error(`no topic ${tried.length}`);
        },
        recordInAllRuns: async () => undefined,
        async dropSettledRuns(_tenantId, _onboardingId, runs) {
          dropped.push(...runs.map(({ run_id }) => run_id));
        },
        rule: { startGraceMs: 0, intervalMs: 0, appendGraceMs: 60_000 },
        log: collectingLog().log,
      },
    );
    await expect(recording).rejects.toThrow('no topic 1');
    expect(tried).toEqual([200, 200, 49]);
    expect(dropped).toHaveLength(201);
    expect(dropped).toContain('run-1');
  });
});
