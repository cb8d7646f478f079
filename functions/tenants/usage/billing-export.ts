import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { ListTenantPage } from '../../../shared/google/bigquery/tables/list-tenants';
import { type BillableRun, listBillableRuns } from '../../../shared/sql/usage/list-billable-runs';
import type { Clock } from '../../../shared/support/clock';
import type { Month } from '../calendar-month';
import { readAllTenants } from '../read-all-tenants';

export interface ExportDependencies {
  readonly listTenantPage: ListTenantPage;
  readonly runStatement: RunStatement;
  readonly clock: Clock;
}

/** Where the next call goes on. */
export interface ExportPlace {
  /** BigQuery's page of tenants. Undefined: the first page. */
  readonly pageToken: string | undefined;
  /** The first tenant to read on this page. Undefined: all of the page. */
  readonly tenantId: string | undefined;
  /** The last run of this tenant that was exported. */
  readonly after: { readonly admittedAt: Date; readonly runId: string } | undefined;
}

export interface ExportedPage {
  readonly runs: readonly { readonly tenantId: string; readonly run: BillableRun }[];
  /** Undefined: the export is complete. */
  readonly next: ExportPlace | undefined;
}

const tenantsPerPage = 200;
/** The most tenants that are read together. */
const mostTogether = 16;
/** After this time no further tenants are read: the next call goes on. */
const timeBudgetMs = 20_000;

/**
 * The billable runs of a month, of all tenants, in the order of tenants and admissions: at most `limit` runs
 * per call. Each tenant costs one BigQuery request per call. Throws `unavailable` if a tenant cannot be read:
 * an export has no gaps.
 */
export async function exportBilling(
  month: Month,
  limit: number,
  place: ExportPlace,
  deps: ExportDependencies,
): Promise<ExportedPage> {
  const endAt = deps.clock.monotonicMs() + timeBudgetMs;
  const runs: { tenantId: string; run: BillableRun }[] = [];
  let { pageToken, tenantId: begin, after } = place;
  let together = 0;
  let tenantsRead = 0;
  for (;;) {
    const page = await deps.listTenantPage({ pageToken, maxResults: tenantsPerPage });
    const tenantIds = page.tenantIds.filter((id) => begin === undefined || id >= begin).toSorted();
    for (let start = 0; start < tenantIds.length; start += together) {
      const room = limit - runs.length;
      if (room === 0 || (start > 0 && deps.clock.monotonicMs() > endAt)) {
        return { runs, next: { pageToken, tenantId: tenantIds[start], after: undefined } };
      }
      together = tenantsThatFit({ room, runs: runs.length, tenants: tenantsRead, before: together });
      const step = tenantIds.slice(start, start + together);
      const afterOf = (id: string) => (id === begin ? after : undefined);
      const read = await readAllTenants(step, (id) => runsOf(id, month, afterOf(id), room + 1, deps));
      for (const { tenantId, result } of read) {
        const taken = result.slice(0, limit - runs.length);
        runs.push(...taken.map((run) => ({ tenantId, run })));
        if (taken.length === result.length) continue;
        const last = taken.at(-1);
        const end = last && { admittedAt: last.admitted_at, runId: last.run_id };
        return { runs, next: { pageToken, tenantId, after: end ?? afterOf(tenantId) } };
      }
      tenantsRead += step.length;
    }
    if (page.nextPageToken === undefined) return { runs, next: undefined };
    pageToken = page.nextPageToken;
    begin = undefined;
    after = undefined;
    if (deps.clock.monotonicMs() > endAt) return { runs, next: { pageToken, tenantId: begin, after } };
  }
}

/**
 * How many tenants to read together. What does not fit on this page is read again by the next call, for
 * nothing in this one. So the first is read alone: a page may begin in the middle of a large tenant. Then the
 * number doubles for as long as tenants such as those before would fit.
 */
function tenantsThatFit(given: {
  readonly room: number;
  /** Read in this call. */
  readonly runs: number;
  readonly tenants: number;
  /** Read together last; 0 if none were. */
  readonly before: number;
}): number {
  if (given.before === 0) return 1;
  const runsPerTenant = Math.max(1, given.runs / given.tenants);
  return Math.max(1, Math.min(2 * given.before, mostTogether, Math.floor(given.room / runsPerTenant)));
}

async function runsOf(
  tenantId: string,
  { from, to }: Month,
  after: ExportPlace['after'],
  limit: number,
  { runStatement }: ExportDependencies,
): Promise<readonly BillableRun[]> {
  const { rows } = await runStatement(tenantId, listBillableRuns, {
    tenant_id: tenantId,
    from,
    to,
    after_at: after?.admittedAt ?? null,
    after_id: after?.runId ?? null,
    limit,
  });
  return rows;
}
