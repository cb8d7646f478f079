import type { QueryParameter } from '../../model';
import { field, scalar, type TestEngine, testEngine } from './bench-engine';

/** The shape of the control plane's most frequent statement: decide, count and record in one guarded UPDATE. */
const admission = `
UPDATE tenants AS tenant
SET active_runs = ARRAY_CONCAT(tenant.active_runs, decision.admitted),
    runs = tenant.runs + ARRAY_LENGTH(decision.admitted)
FROM (
  WITH state AS (
    SELECT tenant_id, active_runs, concurrent - ARRAY_LENGTH(active_runs) AS room
    FROM tenants WHERE tenant_id = @tenant_id AND is_active)
  SELECT tenant_id, ARRAY(
    SELECT AS STRUCT run_id, CURRENT_TIMESTAMP() AS admitted_at
    FROM (
      SELECT c.*, ROW_NUMBER() OVER (ORDER BY position) AS place
      FROM UNNEST(@candidates) AS c WITH OFFSET AS position
      WHERE c.run_id NOT IN (SELECT run_id FROM UNNEST(active_runs)))
    WHERE place <= room ORDER BY place) AS admitted
  FROM state) AS decision
WHERE tenant.tenant_id = decision.tenant_id AND ARRAY_LENGTH(decision.admitted) > 0;
SELECT runs, ARRAY(SELECT run_id FROM UNNEST(active_runs)) AS run_ids FROM tenants WHERE tenant_id = @tenant_id`;

function candidates(...ids: readonly string[]): QueryParameter {
  const structTypes = [{ name: 'run_id', type: { type: 'STRING' } }];
  return {
    name: 'candidates',
    parameterType: { type: 'ARRAY', arrayType: { type: 'STRUCT', structTypes } },
    parameterValue: { arrayValues: ids.map((id) => ({ structValues: { run_id: { value: id } } })) },
  };
}

describe('an admission script', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
  });
  beforeEach(() => {
    bench.table(
      'tenants',
      [
        field('tenant_id', 'STRING', { mode: 'REQUIRED' }),
        field('is_active', 'BOOLEAN'),
        field('concurrent', 'INTEGER'),
        field('runs', 'INTEGER'),
        field('active_runs', 'RECORD', {
          mode: 'REPEATED',
          fields: [field('run_id', 'STRING'), field('admitted_at', 'TIMESTAMP')],
        }),
      ],
      [
        ['one', 'true', '3', '0', []],
        ['two', 'false', '3', '0', []],
      ],
    );
  });
  afterAll(() => bench.close());

  const admit = (tenant: string, ...ids: readonly string[]) =>
    bench.run(admission, [scalar('tenant_id', 'STRING', tenant), candidates(...ids)]);

  it('admits as many as there is room for, once each', async () => {
    expect((await admit('one', 'a', 'b')).rows).toEqual([['2', ['a', 'b']]]);
    expect((await admit('one', 'b', 'c', 'd')).rows).toEqual([['3', ['a', 'b', 'c']]]);
    const changes = bench.store.changes.length;
    expect((await admit('one', 'e')).rows).toEqual([['3', ['a', 'b', 'c']]]);
    expect((await admit('two', 'e')).rows).toEqual([['0', []]]);
    expect(bench.store.changes.length).toBe(changes);
  });

  it('keeps the quota when many come at once', async () => {
    const results = await Promise.all(Array.from({ length: 8 }, (_, index) => admit('one', `run-${index}`)));
    const updates = results.map(({ statements }) => statements?.[0]?.dmlStats?.updatedRowCount);
    expect(updates.filter((count) => count === 1).length).toBe(3);
    expect(bench.stored('tenants')[0]?.[3]).toBe('3');
  });
});
