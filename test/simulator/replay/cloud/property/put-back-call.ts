import { findLapsedRuns } from '../../../../../shared/sql/runs/find-lapsed-runs';
import { putBackRuns } from '../../../../../shared/sql/runs/put-back-runs';
import type { ComparedTables } from './compare';

const minuteMs = 60_000;

interface PutBackCall {
  readonly tenant_id: string;
  readonly onboarding_id: string;
  readonly minutes: number;
  readonly now: Date;
}

/** Looks at these runs, and lets those wait again whose lease is over. Of four the tenant's life is another one. */
export async function putBack(
  run: ComparedTables['run'],
  run_ids: readonly string[],
  { tenant_id, onboarding_id, minutes, now }: PutBackCall,
): Promise<void> {
  const life = { tenant_id, onboarding_id: run_ids.length === 4 ? 'another-life' : onboarding_id };
  await run(findLapsedRuns, { ...life, run_ids, from: new Date('2000-01-01T00:00:00Z'), now });
  const queued_until = new Date(now.getTime() + minutes * minuteMs);
  const runs = run_ids.map((run_id) => ({ run_id, queued_until, lease_seconds: 60 * minutes }));
  const confirmed_until = new Date(now.getTime() - minutes * minuteMs);
  await run(putBackRuns, { ...life, now, confirmed_until, runs });
}
