import { BigQueryError } from '../../bigquery-error';
import type { TableReference, TableSnapshot } from '../../model';
import { fullTableName } from '../../store/reference-names';
import { type TableKind, tableKindOf } from '../../store/schema/table-kinds';

/** @throws BigQueryError `invalidQuery` where a table is none of the kinds that a statement is for */
export function refuseOtherKind(
  reference: TableReference,
  table: TableSnapshot,
  kinds: readonly TableKind[],
): void {
  const kind = tableKindOf(table.options);
  if (kinds.includes(kind)) return;
  throw new BigQueryError(
    'invalidQuery',
    `${fullTableName(reference)} is not allowed for this operation because it is currently a ${kind}.`,
  );
}
