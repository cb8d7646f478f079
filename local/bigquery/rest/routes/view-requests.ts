import { BigQueryError } from '../../bigquery-error';
import type { Field, SqlEngine, TableOptions, TableReference } from '../../model';
import { fullTableName } from '../../store/reference-names';
import { tableKindOf } from '../../store/schema/table-kinds';

/**
 * The columns of a view that is about to be made or changed by REST.
 * @throws BigQueryError `invalidQuery` or `notFound` for a query that cannot be run, `notImplemented` for legacy SQL
 */
export async function fieldsOfView(
  engine: SqlEngine,
  reference: TableReference,
  query: string,
  useLegacySql: boolean | undefined,
): Promise<readonly Field[]> {
  if (useLegacySql === true) {
    const message =
      'Views in legacy SQL are not supported locally: set useLegacySql to false (bq: --use_legacy_sql=false).';
    throw new BigQueryError('notImplemented', message);
  }
  // A view's query has no default dataset: https://cloud.google.com/bigquery/docs/views#view_limitations
  const { projectId } = reference;
  const { statementType, schema } = await engine.analyze({ sql: query, projectId, parameters: [] });
  if (statementType === 'SELECT' && schema !== undefined) return schema;
  const message = `View ${fullTableName(reference)}: expected a single SELECT as its query, given ${statementType}.`;
  throw new BigQueryError('invalidQuery', message);
}

/** @throws BigQueryError `invalid` unless a table stays a table, and a view a view */
export function checkSameKind(reference: TableReference, before: TableOptions, after: TableOptions): void {
  const [is, given] = [tableKindOf(before), tableKindOf(after)];
  if (is === given) return;
  throw new BigQueryError('invalid', `${fullTableName(reference)} is a ${is}: it cannot be made a ${given}.`);
}
