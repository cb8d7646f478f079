import { BigQueryError } from './errors';
import type { DatasetReference, TableReference } from './model';
import { datasetName, tableName } from './store/names';

export function datasetNotFound(reference: DatasetReference): BigQueryError {
  return notFound(`Dataset ${datasetName(reference)}`);
}

export function tableNotFound(reference: TableReference): BigQueryError {
  return notFound(`Table ${tableName(reference)}`);
}

/** The same as a statement's fault: there BigQuery says where it looked. */
export function datasetNotFoundInQuery(reference: DatasetReference): BigQueryError {
  return notFound(`Dataset ${datasetName(reference)} was not found in location US`);
}

export function tableNotFoundInQuery(reference: TableReference): BigQueryError {
  return notFound(`Table ${tableName(reference)} was not found in location US`);
}

function notFound(what: string): BigQueryError {
  return new BigQueryError('notFound', `Not found: ${what}`);
}
