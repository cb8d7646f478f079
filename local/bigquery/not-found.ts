import { BigQueryError } from './bigquery-error';
import type { DatasetReference, TableReference } from './model';
import { fullDatasetName, fullTableName } from './store/reference-names';

export function datasetNotFound(reference: DatasetReference): BigQueryError {
  return notFound(`Dataset ${fullDatasetName(reference)}`);
}

export function tableNotFound(reference: TableReference): BigQueryError {
  return notFound(`Table ${fullTableName(reference)}`);
}

/** The same as a statement's fault: there BigQuery says where it looked. */
export function datasetNotFoundInQuery(reference: DatasetReference): BigQueryError {
  return notFound(`Dataset ${fullDatasetName(reference)} was not found in location US`);
}

export function tableNotFoundInQuery(reference: TableReference): BigQueryError {
  return notFound(`Table ${fullTableName(reference)} was not found in location US`);
}

export function routineNotFoundInQuery(reference: DatasetReference, name: string): BigQueryError {
  return notFound(`Routine ${fullDatasetName(reference)}.${name} was not found in location US`);
}

function notFound(what: string): BigQueryError {
  return new BigQueryError('notFound', `Not found: ${what}`);
}
