import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import type { Route } from '../../shared/http/route';
import type { Log } from '../../shared/log';
import type { Clock } from '../../shared/support/clock';
import { resetQuotasRoutes } from './handler';

export interface ResetQuotasSetUp {
  readonly clock: Clock;
  readonly log: Log;
}

/** How the function reaches Google. Tests and the simulator give others of the same form. */
const realGoogle = { createBigQuery, createBigQueryWithoutRetries, createRunStatement, createListTenants };

/** Puts the function together: which part uses which client, and the route over them. */
export const composeResetQuotas = (
  { clock, log }: ResetQuotasSetUp,
  google: typeof realGoogle = realGoogle,
): readonly Route[] =>
  resetQuotasRoutes({
    listTenants: google.createListTenants(google.createBigQuery()),
    runStatement: google.createRunStatement(google.createBigQueryWithoutRetries()),
    clock,
    log,
  });
