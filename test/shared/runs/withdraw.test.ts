import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createWithdraw } from '../../../shared/runs/withdraw';

describe('A withdrawal', () => {
  const statementsFor = async (hasQueue: boolean) => {
    const statements: string[] = [];
    const runStatement: RunStatement = async (_, statement) => {
      statements.push(statement.name);
      const rows = [statement.row.parse({ withdrawn: ['run-1'], finished: [], handed_on: [] })];
      return { rows, affectedRows: hasQueue ? 0 : 1, location: 'US' };
    };
    const withdraw = createWithdraw({
      runStatement,
      publishRun: async () => undefined,
      sawQueue: () => hasQueue,
      now: () => new Date('2026-11-30T12:00:00Z'),
      log: () => undefined,
    });
    expect(await withdraw('acme', 'run-1')).toBe(true);
    return statements;
  };

  it('is one statement, whether or not runs wait for slots', async () => {
    expect(await statementsFor(false)).toEqual(['withdraw-runs']);
    expect(await statementsFor(true)).toEqual(['withdraw-and-hand-on']);
  });
});
