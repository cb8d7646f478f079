import type { z } from 'zod';
import { rowsOrNone } from '../../../shared/google/bigquery/statements/rows-or-none';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { countDeadLetters } from '../../../shared/sql/overview/count-dead-letters';
import { countEndedRuns } from '../../../shared/sql/overview/count-ended-runs';
import { countRefusals } from '../../../shared/sql/overview/count-refusals';
import { listReconciliations } from '../../../shared/sql/overview/list-reconciliations';
import type { Clock } from '../../../shared/support/clock';
import { createKept } from '../../../shared/support/kept';
import { failingPipelines, firstHour, runsByHour } from './ended-runs';
import { fullestQuotas } from './quota-shares';
import type { ReadTenantRows, TenantRows } from './tenant-rows';

export interface OverviewDependencies {
  readonly tenantRows: ReadTenantRows;
  readonly runStatement: RunStatement;
  /** Undefined: nothing is written down of all tenants. */
  readonly controlDataset: string | undefined;
  readonly clock: Clock;
}

/** What BigQuery bills at its minimum is read again after so long, and what it bills by how many runs there are. */
const countsKeptMs = 60_000;
const endedKeptMs = 300_000;
/** Runs that were admitted so long before the hours that are told are left out: the days of admission are billed. */
const lookBackMs = 2 * 86_400_000;

/**
 * What operators see first. The tenants' rows are read free of charge; the rest is four statements. For three of them
 * BigQuery bills its minimum of 10 MB, for the count of runs all runs of some days. All is kept for a while by the
 * instance, so what it costs does not depend on how often it is asked. A tenant that cannot be read is left out and
 * counted in `tenants.failed`. Throws `unavailable` where none can be read.
 */
export function createReadOverview({ tenantRows, controlDataset, ...deps }: OverviewDependencies) {
  const { clock } = deps;
  const rows = async () => shownRows(await tenantRows.recent());
  if (controlDataset === undefined) return async () => ({ ...(await rows()), ...notCounted(clock.now()) });
  const ended = createKept(() => readEnded(controlDataset, deps), endedKeptMs, clock);
  const counts = createKept(() => readCounts(controlDataset, deps), countsKeptMs, clock);
  return async () => {
    const [ofRows, ofEnded, ofCounts] = await Promise.all([rows(), ended(), counts()]);
    return { ...ofRows, ...ofEnded, ...ofCounts };
  };
}

type Readers = Pick<OverviewDependencies, 'runStatement' | 'clock'>;

/** What is so now, by the tenants' rows. */
function shownRows({ readAt, tenants, failed, isMore }: TenantRows) {
  const active = tenants.filter(({ tenant }) => tenant.is_active).length;
  const sum = (countOf: (read: (typeof tenants)[number]) => number) =>
    tenants.reduce((total, one) => total + countOf(one), 0);
  return {
    as_of: readAt.toISOString(),
    running: sum(({ tenant }) => tenant.oldest.length),
    queued: sum(({ tenant }) => tenant.queued),
    tenants: {
      active,
      suspended: tenants.length - active,
      read: tenants.length,
      failed,
      more: isMore,
    },
    near_quota: fullestQuotas(tenants),
  };
}

/** How the last day's runs ended. */
async function readEnded(controlDataset: string, { runStatement, clock }: Readers) {
  const now = clock.now();
  const from = firstHour(now);
  const ended = await rowsOrNone(
    runStatement(controlDataset, countEndedRuns, {
      from: new Date(from.getTime() - lookBackMs),
      // Clocks differ: a run may have been admitted a little later than now.
      to: new Date(now.getTime() + 3_600_000),
      ended_from: from,
    }),
  );
  return { runs_by_hour: runsByHour(ended, from), failing_pipelines: failingPipelines(ended) };
}

/** What else became of the last day. */
async function readCounts(controlDataset: string, { runStatement, clock }: Readers) {
  const from = firstHour(clock.now());
  const [refusals, reconciliations, [deadLetters]] = await Promise.all([
    rowsOrNone(runStatement(controlDataset, countRefusals, { from })),
    rowsOrNone(runStatement(controlDataset, listReconciliations, { from })),
    rowsOrNone(runStatement(controlDataset, countDeadLetters, { from })),
  ]);
  const [last] = reconciliations;
  return {
    refusals: {
      from: from.toISOString(),
      by_code: refusals.map(({ code, calls }) => ({ code, count: calls })),
    },
    conservation: last === undefined ? null : { ...shownCheck(last), repaired: repairsOf(reconciliations) },
    dead_letters: {
      count: deadLetters?.messages ?? 0,
      last_at: deadLetters?.last_at?.toISOString() ?? null,
    },
  };
}

const notCounted = (now: Date) => ({
  runs_by_hour: runsByHour([], firstHour(now)),
  failing_pipelines: [],
  refusals: null,
  conservation: null,
  dead_letters: null,
});

const shownCheck = ({ checked_at, tenants, failed }: z.infer<typeof listReconciliations.row>) => ({
  checked_at: checked_at.toISOString(),
  tenants,
  failed,
});

/** The latest first. */
const repairsOf = (checks: readonly { readonly checked_at: Date; readonly repaired: readonly string[] }[]) =>
  checks.flatMap(({ checked_at, repaired }) =>
    repaired.map((tenant_id) => ({ tenant_id, checked_at: checked_at.toISOString() })),
  );
