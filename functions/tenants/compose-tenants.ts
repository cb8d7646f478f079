import { createBigQuery } from '../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createListTenantPage } from '../../shared/google/bigquery/tables/list-tenants';
import type { Route } from '../../shared/http/route';
import type { Clock } from '../../shared/support/clock';
import { createAuthenticateTenant } from '../../shared/tenants/authenticate-tenant';
import type { AdminRule } from '../../shared/tenants/rules/admin-rule';
import type { Quotas } from '../../shared/tenants/rules/quotas';
import { tenantsRoutes } from './handler';

export interface TenantsSetUp {
  readonly adminRule: AdminRule;
  readonly tiers: Readonly<Record<string, Quotas>>;
  readonly newId: () => string;
  readonly clock: Clock;
}

/** Leaves time to try a statement again before the caller has waited for 15 s. In milliseconds. */
const longestStatementMs = 6_000;

/** How the function reaches Google. Tests and the simulator give others of the same form. */
const realGoogle = { createBigQuery, createRunStatement, createListTenantPage };

/** Puts the function together: which part uses which client, and the routes over them. */
export function composeTenants(
  setUp: TenantsSetUp,
  google: typeof realGoogle = realGoogle,
): readonly Route[] {
  const bigquery = google.createBigQuery();
  const runStatement = google.createRunStatement(bigquery, longestStatementMs);
  return tenantsRoutes({
    ...setUp,
    now: setUp.clock.now,
    authenticateTenant: createAuthenticateTenant(runStatement, setUp.clock),
    runStatement,
    listTenantPage: google.createListTenantPage(bigquery),
  });
}
