import { createBigQuery } from '../../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { admitRuns } from '../../../shared/sql/runs/admit-runs';
import { candidates, unlimited } from '../growth/candidates';

const times = 7;

/** How long the admission statement for one candidate takes by itself, each time, in milliseconds. */
export async function timeOneStatement(tenantId: string): Promise<readonly number[]> {
  const runStatement = createRunStatement(createBigQuery());
  const took: number[] = [];
  for (let index = 0; index < times; index++) {
    const start = performance.now();
    await runStatement(tenantId, admitRuns, {
      tenant_id: tenantId,
      now: new Date(),
      ...unlimited,
      candidates: candidates(1),
    });
    took.push(performance.now() - start);
  }
  return took;
}
