import { z } from 'zod';
import type { RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { type CallerAboutTenant, tenantFields } from '../../shared/http/tenant-in-query';
import {
  isInOrder,
  notInOrder,
  pageOfRuns,
  pageParameters,
  runListFields,
} from '../../shared/runs/run-pages';
import { listRuns } from '../../shared/sql/runs/list-runs';
import { runStatuses } from '../../shared/sql/runs/recorded-runs';
import { rowsOfTenant } from '../../shared/tenants/tenant-not-found';

/** The query of `GET …/runs`. Unknown names are refused, so that a misspelt filter is not ignored. */
export const listRequestSchema = z
  .strictObject({ ...tenantFields, ...runListFields(runStatuses) })
  .refine(isInOrder, notInOrder);

type ListRequest = z.infer<typeof listRequestSchema>;

/**
 * A page of the tenant's runs, newest first, and where the next page begins. One BigQuery request. Parameters,
 * steps and checks are left out, because a page of them could be megabytes.
 */
export async function readRunList(
  caller: CallerAboutTenant,
  request: ListRequest,
  runStatement: RunStatement,
) {
  const { tenantId } = caller;
  const parameters = { tenant_id: tenantId, ...pageParameters(request) };
  const rows = await rowsOfTenant(caller, runStatement(tenantId, listRuns, parameters));
  return pageOfRuns(
    rows.map((run) => ({ ...run, tenant_id: tenantId })),
    request,
  );
}
