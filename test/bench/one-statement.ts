import { randomUUID } from 'node:crypto';
import { createBigQuery } from '../../shared/adapters/bigquery/client';
import { createRunStatement } from '../../shared/adapters/bigquery/run-statement';
import { admitRuns } from '../../shared/sql/admit-runs';

const times = 7;

/** How long the admission statement for one candidate takes by itself, each time, in milliseconds. */
export async function timeOneStatement(
  tenantId: string,
  environment: Readonly<Record<string, string>>,
): Promise<readonly number[]> {
  Object.assign(process.env, environment);
  const runStatement = createRunStatement(createBigQuery());
  const took: number[] = [];
  for (let index = 0; index < times; index++) {
    const start = performance.now();
    await runStatement(tenantId, admitRuns, {
      tenant_id: tenantId,
      now: new Date(),
      unlimited: 1_000_000_000_000,
      candidates: [
        {
          run_id: randomUUID(),
          pipeline: 'gcp/example/dryrun',
          parameters: '{}',
          trigger: 'api',
          request_hash: '',
          lease_seconds: 600,
        },
      ],
    });
    took.push(performance.now() - start);
  }
  return took;
}
