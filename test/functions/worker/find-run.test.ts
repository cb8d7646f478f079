import { createFindRun } from '../../../functions/worker/find-run';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { neverQueued } from '../../support/started-by';

const of = (run_id: string) => ({ tenant_id: 'acme', run_id });

/** Statements over a row in which these runs hold slots and the ledger has these; and the ids of each. */
function statements(held: readonly string[], recorded: readonly string[] = []) {
  const asked: unknown[] = [];
  const runStatement: RunStatement = async (_dataset, statement, { run_ids }) => {
    asked.push(run_ids);
    const time = { value: '2026-11-01T00:00:00.000Z' };
    const slots = held.map((run_id) => ({
      run_id,
      pipeline: 'a/b/c',
      parameters: null,
      trigger: null,
      request_hash: null,
      actor_kind: null,
      actor: null,
      address: null,
      request_id: null,
      rerun_of: null,
      instructions: null,
      admitted_at: time,
      lease_expires_at: time,
      ...neverQueued,
    }));
    const life = { onboarding_id: 'life-1', subscription_tier: 'FREE', bytes_left: null, alerts: [] };
    const row = statement.row.parse({ slots, recorded_run_ids: recorded, ...life });
    return { rows: [row], affectedRows: 0, location: 'EU' };
  };
  return { asked, runStatement };
}

describe('findRun', () => {
  it('asks for the runs of a tenant that come while a statement is under way by one statement', async () => {
    const { asked, runStatement } = statements(['run-1', 'run-3'], ['run-3']);
    const findRun = createFindRun(runStatement);
    const found = await Promise.all(['run-1', 'run-2', 'run-3', 'run-3'].map((id) => findRun(of(id))));
    expect(asked).toEqual([['run-1'], ['run-2', 'run-3']]);
    expect(found).toMatchObject([
      { slot: { run_id: 'run-1' }, is_recorded: false, onboarding_id: 'life-1', location: 'EU' },
      { slot: undefined, is_recorded: false },
      { slot: { run_id: 'run-3' }, is_recorded: true },
      { slot: { run_id: 'run-3' }, is_recorded: true },
    ]);
  });

  it('knows no run of a tenant that is gone', async () => {
    const gone = createFindRun(() => Promise.reject(Object.assign(new Error('not found'), { code: 404 })));
    expect(await gone(of('run-1'))).toBeUndefined();
  });

  it("throws BigQuery's error to all that were asked for", async () => {
    const error = Object.assign(new Error('away'), { code: 503 });
    const findRun = createFindRun(() => Promise.reject(error));
    const found = await Promise.allSettled(['run-1', 'run-2'].map((id) => findRun(of(id))));
    expect(found).toEqual([
      { status: 'rejected', reason: error },
      { status: 'rejected', reason: error },
    ]);
  });
});
