import { BigQueryError } from '../bigquery-error';
import type { TableReference } from '../model';

/** Errors of BigQuery's limits, in its own words. */

function nameOf({ projectId, datasetId, tableId }: TableReference): string {
  return `${projectId}:${datasetId}.${tableId}`;
}

/** https://cloud.google.com/bigquery/docs/data-manipulation-language#update_delete_merge_dml_concurrency */
export function tooManyOutstanding(table: TableReference, limit: number): BigQueryError {
  return new BigQueryError(
    'resourcesExceeded',
    `Resources exceeded during query execution: Too many DML statements outstanding against table ${nameOf(table)}, limit is ${limit}.`,
  );
}

/** https://cloud.google.com/bigquery/docs/data-manipulation-language#dml_statement_conflicts */
export function conflicting(table: TableReference): BigQueryError {
  return new BigQueryError(
    'invalidQuery',
    `Could not serialize access to table ${nameOf(table)} due to concurrent update`,
    'query',
  );
}

/**
 * 25 statements per 10 s. These are BigQuery's words for INSERT, as users report them. For the other
 * statements none are documented or reported, so they get the same with their kind in its place.
 */
export function tooManyDml(statement: 'insert' | 'update'): BigQueryError {
  return rateLimitExceeded(`too many table dml ${statement} operations for this table`);
}

/** For more than 5 metadata updates of a table in 10 s: https://cloud.google.com/bigquery/docs/troubleshoot-quotas */
export function tooManyTableUpdates(): BigQueryError {
  return rateLimitExceeded('too many table update operations for this table');
}

/** The same of a dataset, as github.com/Logflare/logflare/issues/2240 and others quote it. */
export function tooManyDatasetUpdates(): BigQueryError {
  return rateLimitExceeded('too many dataset metadata update operations for this dataset');
}

function rateLimitExceeded(what: string): BigQueryError {
  const help = 'For more information, see https://cloud.google.com/bigquery/docs/troubleshoot-quotas';
  return new BigQueryError('rateLimitExceeded', `Exceeded rate limits: ${what}. ${help}`);
}
