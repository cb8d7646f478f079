import { createDenyRun, type PlannedRun } from '../../../functions/tick/deny-run';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { denyRuns } from '../../../shared/sql/runs/deny-runs';

/** A tenant's row and ledger, as far as a denial sees them. */
function createTenant(started: readonly string[]) {
  const denied = new Set<string>();
  const sent: string[] = [];
  const idsOf = (parameters: object): readonly unknown[] => {
    const runIds: unknown = Reflect.get(parameters, 'run_ids');
    return Array.isArray(runIds) ? runIds : [];
  };
  const runStatement: RunStatement = async (_dataset, statement, parameters) => {
    const runIds = idsOf(parameters).map(String);
    sent.push(`${statement.name} ${runIds.join()}`);
    const answer = { rows: [], affectedRows: 0, location: 'US' };
    const known = runIds.filter((runId) => started.includes(runId));
    if (statement.name !== denyRuns.name)
      return { ...answer, rows: known.map((run_id) => statement.row.parse({ run_id })) };
    if (known.length > 0) return answer;
    for (const runId of runIds) denied.add(runId);
    return { ...answer, affectedRows: 1 };
  };
  return { denied, sent, runStatement };
}

const run = (runId: string, day = '2026-11-30'): PlannedRun => ({
  runId,
  plannedMs: Date.parse(`${day}T12:00:00Z`),
});
const now = () => new Date('2026-11-30T12:00:30Z');

describe('To deny runs', () => {
  it('is one statement for all that come while one is under way, but for those of another month', async () => {
    const tenant = createTenant([]);
    const denyRun = createDenyRun(tenant.runStatement, now);
    const asked = [run('first'), run('a'), run('b'), run('old', '2025-01-01')];
    expect(await Promise.all(asked.map((one) => denyRun('acme', one)))).toEqual([
      'denied',
      'denied',
      'denied',
      'denied',
    ]);
    expect(tenant.sent.toSorted()).toEqual(['deny-runs a,b', 'deny-runs first', 'deny-runs old']);
  });

  it('finds which have started, and denies the others', async () => {
    const tenant = createTenant(['b']);
    const denyRun = createDenyRun(tenant.runStatement, now);
    const asked = [run('first'), run('a'), run('b'), run('c')];
    expect(await Promise.all(asked.map((one) => denyRun('acme', one)))).toEqual([
      'denied',
      'denied',
      'started',
      'denied',
    ]);
    expect(tenant.denied).toEqual(new Set(['first', 'a', 'c']));
    expect(tenant.sent).toEqual([
      'deny-runs first',
      'deny-runs a,b,c',
      'find-started-runs a,b,c',
      'deny-runs a,c',
    ]);
  });

  it('throws what BigQuery says for good', async () => {
    const refusal = Object.assign(new Error('Access Denied'), {
      code: 403,
      errors: [{ reason: 'accessDenied' }],
    });
    const denyRun = createDenyRun(() => Promise.reject(refusal), now);
    await expect(denyRun('acme', run('a'))).rejects.toThrow('Access Denied');
  });
});
