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
  const replaces = writeDisposition === 'WRITE_TRUNCATE' ? ' OR REPLACE' : '';
  const query =
    writeDisposition === 'WRITE_APPEND'
      ? `CREATE TABLE IF NOT EXISTS ${to} LIKE ${from}; INSERT INTO ${to} SELECT * FROM ${from}`
      : `CREATE${replaces} TABLE ${to} COPY ${from}`;
  return { query, useLegacySql: false };
}

const named = ({ projectId, datasetId, tableId }: TableName): string =>
  [projectId, datasetId, tableId]
    .flatMap((part) => (part === undefined ? [] : [`\`${part.replaceAll('`', '')}\``]))
    .join('.');

const notLocal = (what: string): BigQueryError =>
  new BigQueryError('notImplemented', `${what} are not supported locally.`);
