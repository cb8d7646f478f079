import { createBigQuery, createBigQueryWithoutRetries } from '../../shared/google/bigquery/bigquery-client';
import { createRunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../shared/google/bigquery/tables/append-rows';
import { createListTenants } from '../../shared/google/bigquery/tables/list-tenants';
import { createReadSlots } from '../../shared/google/bigquery/tables/read-slots';
import { createPublishRun } from '../../shared/google/pubsub/publish-run';
import type { Route } from '../../shared/http/route';
import type { Log } from '../../shared/log';
import { createRelease } from '../../shared/runs/release';
import type { RepublishRule } from '../../shared/runs/rules/run-times';
import { reconcileRoutes } from './handler';

export interface ReconcileSetUp {
  readonly runTopic: string;
  readonly rule: RepublishRule;
  readonly now: () => Date;
  readonly log: Log;
}

/** How the function reaches Google. Tests and the simulator give others of the same form. */
const realGoogle = {
  createBigQuery,
  createBigQueryWithoutRetries,
  createRunStatement,
  createAppendRows,
  createListTenants,
  createReadSlots,
  createPublishRun,
};

/** Puts the function together: which part uses which client, and the route over them. */
export function composeReconcile(
  { runTopic, rule, now, log }: ReconcileSetUp,
  google: typeof realGoogle = realGoogle,
): readonly Route[] {
  const bigquery = google.createBigQuery();
  const withoutRetries = google.createBigQueryWithoutRetries();
  const runStatement = google.createRunStatement(withoutRetries);
  return reconcileRoutes({
    listTenants: google.createListTenants(bigquery),
    readSlots: google.createReadSlots(bigquery),
    runStatement,
    appendRows: google.createAppendRows(withoutRetries),
    publishRun: google.createPublishRun(runTopic, withoutRetries),
    release: createRelease(runStatement, now),
    rule,
    now,
    log,
  });
}
