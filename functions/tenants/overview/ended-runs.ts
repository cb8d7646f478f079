import type { z } from 'zod';
import type { countEndedRuns } from '../../../shared/sql/overview/count-ended-runs';

type CountedRuns = z.infer<typeof countEndedRuns.row>;

const hourMs = 3_600_000;
/** How many hours are told, the one that has begun among them. */
export const toldHours = 24;
/** How many pipelines are told. */
const mostPipelines = 20;

/** The first instant of the hours that are told. */
export const firstHour = (now: Date): Date =>
  new Date(Math.floor(now.getTime() / hourMs) * hourMs - (toldHours - 1) * hourMs);

/** Pure. How runs ended in each hour from this one on, oldest first; 0 where none did. */
export function runsByHour(counted: readonly CountedRuns[], from: Date) {
  const known = new Map(counted.map((row) => [row.hour?.getTime(), row]));
  return Array.from({ length: toldHours }, (_, index) => {
    const at = from.getTime() + index * hourMs;
    const { completed = 0, failed = 0, cancelled = 0 } = known.get(at) ?? {};
    return { hour: new Date(at).toISOString(), completed, failed, cancelled };
  });
}

/** Pure. Pipelines of which runs failed, those first of which most did. */
export const failingPipelines = (counted: readonly CountedRuns[]) =>
  counted
    .flatMap(({ pipeline, failed, runs, failing_tenants, last_error_code, last_failed_at, last_failed }) =>
      pipeline === null || last_failed_at === null || last_failed === null
        ? []
        : [
            {
              pipeline,
              failed,
              runs,
              tenants: failing_tenants,
              last_error_code,
              last_failed_at: last_failed_at.toISOString(),
              last_failed_run: last_failed,
            },
          ],
    )
    .sort((one, other) => other.failed - one.failed || (one.pipeline < other.pipeline ? -1 : 1))
    .slice(0, mostPipelines);
