import { z } from 'zod';
import { isNotFound } from '../../shared/google/bigquery/failures';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import {
  isInOrder,
  notInOrder,
  pageOfRuns,
  pageParameters,
  runListFields,
} from '../../shared/runs/run-pages';
import { listRuns } from '../../shared/sql/runs/list-runs';
import { runStatuses } from '../../shared/sql/runs/recorded-runs';

/** The query of `GET …/runs`. Unknown names are refused, so that a misspelt filter is not ignored. */
export const listRequestSchema = z.strictObject(runListFields(runStatuses)).refine(isInOrder, notInOrder);

type ListRequest = z.infer<typeof listRequestSchema>;

/**
 * A page of the tenant's runs, newest first, and where the next page begins. One BigQuery request. Parameters,
 * steps and checks are left out, because a page of them could be megabytes.
 */
export async function readRunList(tenantId: string, request: ListRequest, runStatement: RunStatement) {
  const parameters = { tenant_id: tenantId, ...pageParameters(request) };
  const rows = await runStatement(tenantId, listRuns, parameters)
    .then((outcome) => outcome.rows)
    .catch((error: unknown) => {
      if (isNotFound(error)) return [];
      throw error;
    });
  return pageOfRuns(
    rows.map((run) => ({ ...run, tenant_id: tenantId })),
    request,
  );
}
