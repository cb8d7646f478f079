import { rowsOrNone } from '../../../shared/google/bigquery/statements/rows-or-none';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { ListTenantPage } from '../../../shared/google/bigquery/tables/list-tenants';
import type { ReadAdmissionState } from '../../../shared/google/bigquery/tables/read-admission-state';
import { countDeadLetters } from '../../../shared/sql/overview/count-dead-letters';
import { countEndedRuns } from '../../../shared/sql/overview/count-ended-runs';
import { countRefusals } from '../../../shared/sql/overview/count-refusals';
import { listReconciliations } from '../../../shared/sql/overview/list-reconciliations';
import type { Clock } from '../../../shared/support/clock';
import { createKept } from '../../../shared/support/kept';
import { readAllTenants } from '../read-all-tenants';
import { failingPipelines, firstHour, runsByHour } from './ended-runs';
import { fullestQuotas } from './quota-shares';

export interface OverviewDependencies {
  readonly listTenantPage: ListTenantPage;
  readonly readAdmissionState: ReadAdmissionState;
  readonly runStatement: RunStatement;
  /** Undefined: nothing is written down of all tenants. */
  readonly controlDataset: string | undefined;
  readonly clock: Clock;
}

/**
 * So many tenants' rows are read. BigQuery takes 100 such calls a second of a caller
 * (https://cloud.google.com/bigquery/quotas#api_request_quotas): so these are 5 s at most.
 */
export const mostTenantsRead = 500;
const readAtOnce = 32;
/** What is free of charge is read again after so long, and what BigQuery bills after so long, in milliseconds. */
const rowsKeptMs = 10_000;
const countsKeptMs = 60_000;
/** Runs that were admitted so long before the hours that are told are left out: the days of admission are billed. */
const lookBackMs = 2 * 86_400_000;

/**
 * What operators see first. The tenants' rows are read free of charge; the rest is four statements, for each of
 * which BigQuery bills its minimum of 10 MB or little more. Both are kept for a while by the instance, so a page
 * that asks again and again costs four statements a minute. Throws `unavailable` where a tenant cannot be read.
 */
export function createReadOverview({ controlDataset, ...deps }: OverviewDependencies) {
  const rows = createKept(() => readNow(deps), rowsKeptMs, deps.clock);
  const counts =
    controlDataset === undefined
      ? async () => notCounted(deps.clock.now())
      : createKept(() => readCounts(controlDataset, deps), countsKeptMs, deps.clock);
  return async () => ({ ...(await rows()), ...(await counts()) });
}

type Readers = Omit<OverviewDependencies, 'controlDataset'>;

/** What is so now, by the tenants' rows. */
async function readNow({ listTenantPage, readAdmissionState, clock }: Readers) {
  const { tenantIds, isMore } = await firstTenants(listTenantPage);
  const now = clock.now();
  const read = await readAllTenants(tenantIds, (id) => readAdmissionState(id, now), readAtOnce);
  // Without its row a tenant is not there yet.
  const tenants = read.flatMap(({ tenantId, result }) =>
    result === undefined ? [] : [{ tenantId, tenant: result }],
  );
  const active = tenants.filter(({ tenant }) => tenant.is_active).length;
  const sum = (countOf: (read: (typeof tenants)[number]) => number) =>
    tenants.reduce((total, one) => total + countOf(one), 0);
  return {
    as_of: now.toISOString(),
    running: sum(({ tenant }) => tenant.oldest.length),
    queued: sum(({ tenant }) => tenant.queued),
    tenants: { active, suspended: tenants.length - active, read: tenants.length, more: isMore },
    near_quota: fullestQuotas(tenants),
  };
}

/** A page may have fewer than asked for, and others behind it. */
async function firstTenants(listTenantPage: ListTenantPage) {
  const tenantIds: string[] = [];
  let pageToken: string | undefined;
  do {
    const page = await listTenantPage({ pageToken, maxResults: mostTenantsRead - tenantIds.length });
    tenantIds.push(...page.tenantIds);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined && tenantIds.length < mostTenantsRead);
  return { tenantIds, isMore: pageToken !== undefined };
}

/** What became of the last day. */
async function readCounts(controlDataset: string, { runStatement, clock }: Readers) {
  const now = clock.now();
  const from = firstHour(now);
  const [ended, refusals, reconciliations, [deadLetters]] = await Promise.all([
    rowsOrNone(
      runStatement(controlDataset, countEndedRuns, {
        from: new Date(from.getTime() - lookBackMs),
        // Clocks differ: a run may have been admitted a little later than now.
        to: new Date(now.getTime() + 3_600_000),
        ended_from: from,
      }),
    ),
    rowsOrNone(runStatement(controlDataset, countRefusals, { from })),
    rowsOrNone(runStatement(controlDataset, listReconciliations, { from })),
    rowsOrNone(runStatement(controlDataset, countDeadLetters, { from })),
  ]);
  const [last] = reconciliations;
  return {
    runs_by_hour: runsByHour(ended, from),
    failing_pipelines: failingPipelines(ended),
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

const shownCheck = ({ checked_at, tenants }: { readonly checked_at: Date; readonly tenants: number }) => ({
  checked_at: checked_at.toISOString(),
  tenants,
});

/** The latest first. */
const repairsOf = (checks: readonly { readonly checked_at: Date; readonly repaired: readonly string[] }[]) =>
  checks.flatMap(({ checked_at, repaired }) =>
    repaired.map((tenant_id) => ({ tenant_id, checked_at: checked_at.toISOString() })),
  );
