import { BigQueryError } from '../../bigquery-error';
import type { CopyConfiguration, QueryConfiguration } from '../job-schemas';

type TableName = CopyConfiguration['destinationTable'];

/**
 * A copy job as the statements that do the same: the destination gets the source's schema, options and rows.
 * @throws BigQueryError `notImplemented`, naming what is missing
 */
export function queryOfCopy(copy: CopyConfiguration): QueryConfiguration {
  const { destinationTable, writeDisposition, operationType = 'COPY' } = copy;
  const [source, ...others] = copy.sourceTables ?? (copy.sourceTable ? [copy.sourceTable] : []);
  if (source === undefined) throw new BigQueryError('invalid', 'Required parameter is missing: sourceTable');
  if (others.length > 0) throw notLocal('Copy jobs with several source tables');
  if (operationType !== 'COPY') throw notLocal(`Copy jobs of the operation type ${operationType}`);
  const [from, to] = [named(source), named(destinationTable)];
  const made = `CREATE TABLE IF NOT EXISTS ${to} LIKE ${from};`;
  const rows = `INSERT INTO ${to} SELECT * FROM ${from}`;
  const { projectId, datasetId, tableId } = destinationTable;
  const taken = `Already Exists: Table ${projectId}:${datasetId}.${tableId}`.replaceAll("'", '');
  const queries = {
    // The default: a table that exists is filled if it is empty.
    WRITE_EMPTY: `${made} ASSERT NOT EXISTS (SELECT 1 FROM ${to}) AS '${taken}'; ${rows}`,
    WRITE_APPEND: `${made} ${rows}`,
    WRITE_TRUNCATE: `CREATE OR REPLACE TABLE ${to} COPY ${from}`,
  };
  const query = queries[writeDisposition ?? 'WRITE_EMPTY'];
  return { query, useLegacySql: false };
}

const named = ({ projectId, datasetId, tableId }: TableName): string =>
  [projectId, datasetId, tableId]
    .flatMap((part) => (part === undefined ? [] : [`\`${part.replaceAll('`', '')}\``]))
    .join('.');

const notLocal = (what: string): BigQueryError =>
  new BigQueryError('notImplemented', `${what} are not supported locally.`);
