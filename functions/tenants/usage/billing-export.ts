import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import type { ListTenantPage } from '../../../shared/google/bigquery/tables/list-tenants';
import type { Clock } from '../../../shared/support/clock';
import type { Month } from '../calendar-month';
import { readAllTenants } from '../read-all-tenants';

export interface ExportDependencies {
  readonly listTenantPage: ListTenantPage;
  readonly runStatement: RunStatement;
  readonly clock: Clock;
}

/** A place among a tenant's lines. */
export interface BillingPlace {
  readonly at: string;
  readonly id: string;
}

/** What lines an export has. */
export interface BillingLines<Line> {
  /** A tenant's lines of the month behind a place, or from the first, in a fixed order: `limit` of them at most. */
  readonly read: (
    tenantId: string,
    month: Month,
    after: BillingPlace | undefined,
    limit: number,
    runStatement: RunStatement,
  ) => Promise<readonly Line[]>;
  readonly placeOf: (line: Line) => BillingPlace;
}

/** Where the next call goes on. */
export interface ExportPlace {
  /** BigQuery's page of tenants. Undefined: the first page. */
  readonly pageToken: string | undefined;
  /** The first tenant to read on this page. Undefined: all of the page. */
  readonly tenantId: string | undefined;
  /** The last line of this tenant that was exported. */
  readonly after: BillingPlace | undefined;
}

export interface ExportedPage<Line> {
  readonly lines: readonly { readonly tenantId: string; readonly line: Line }[];
  /** Undefined: the export is complete. */
  readonly next: ExportPlace | undefined;
}

const tenantsPerPage = 200;
/** The most tenants that are read together. */
const mostTogether = 16;
/** After this time no further tenants are read: the next call goes on. */
const timeBudgetMs = 20_000;

/**
 * The lines of a month, of all tenants, in the order of tenants and of each tenant's lines: at most `limit` per
 * call. Each tenant costs one BigQuery request per call. Throws `unavailable` if a tenant cannot be read: an
 * export has no gaps.
 */
export async function exportBilling<Line>(
  month: Month,
  limit: number,
  place: ExportPlace,
  { read, placeOf }: BillingLines<Line>,
  deps: ExportDependencies,
): Promise<ExportedPage<Line>> {
  const endAt = deps.clock.monotonicMs() + timeBudgetMs;
  const lines: { tenantId: string; line: Line }[] = [];
  let { pageToken, tenantId: begin, after } = place;
  let together = 0;
  let tenantsRead = 0;
  for (;;) {
    const page = await deps.listTenantPage({ pageToken, maxResults: tenantsPerPage });
    const tenantIds = page.tenantIds.filter((id) => begin === undefined || id >= begin).toSorted();
    for (let start = 0; start < tenantIds.length; start += together) {
      const room = limit - lines.length;
      if (room === 0 || (start > 0 && deps.clock.monotonicMs() > endAt)) {
        return { lines, next: { pageToken, tenantId: tenantIds[start], after: undefined } };
      }
      together = tenantsThatFit({ room, lines: lines.length, tenants: tenantsRead, before: together });
      const step = tenantIds.slice(start, start + together);
      const afterOf = (id: string) => (id === begin ? after : undefined);
      const parts = await readAllTenants(step, (id) =>
        read(id, month, afterOf(id), room + 1, deps.runStatement),
      );
      for (const { tenantId, result } of parts) {
        const taken = result.slice(0, limit - lines.length);
        lines.push(...taken.map((line) => ({ tenantId, line })));
        if (taken.length === result.length) continue;
        const last = taken.at(-1);
        const end = last === undefined ? afterOf(tenantId) : placeOf(last);
        return { lines, next: { pageToken, tenantId, after: end } };
      }
      tenantsRead += step.length;
    }
    if (page.nextPageToken === undefined) return { lines, next: undefined };
    pageToken = page.nextPageToken;
    begin = undefined;
    after = undefined;
    if (deps.clock.monotonicMs() > endAt) return { lines, next: { pageToken, tenantId: begin, after } };
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
  readonly lines: number;
  readonly tenants: number;
  /** Read together last; 0 if none were. */
  readonly before: number;
}): number {
  if (given.before === 0) return 1;
  const linesPerTenant = Math.max(1, given.lines / given.tenants);
  return Math.max(1, Math.min(2 * given.before, mostTogether, Math.floor(given.room / linesPerTenant)));
}
