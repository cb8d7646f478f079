import { BigQueryError } from '../../bigquery-error';
import type { Field, Row, TableOptions, TableReference } from '../../model';
import { tableNotFound } from '../../not-found';
import { fullTableName } from '../../store/reference-names';
import { sizeOfRows } from '../../store/schema/field-sizes';
import { withoutDecorator } from '../../store/schema/partitions';
import { checkKind, withRows } from '../../store/schema/table-kinds';
import type { Store } from '../../store/store';
import { rowsOfDestination, writeDestination } from '../destination';
import type { KeptOutcome } from '../job';
import type { CopyConfiguration } from '../job-schemas';

/** A clone is a copy here, and a snapshot is restored by copying it. */
const operationTypes = new Set(['OPERATION_TYPE_UNSPECIFIED', 'COPY', 'CLONE', 'SNAPSHOT', 'RESTORE']);

/** @throws BigQueryError `invalid` for what no copy job can be */
export function checkCopy({
  sourceTable,
  sourceTables = [],
  operationType = 'COPY',
}: CopyConfiguration): void {
  if (sourceTable === undefined && sourceTables.length === 0)
    throw new BigQueryError('invalid', 'Required parameter is missing: sourceTable');
  if (operationTypes.has(operationType)) return;
  const expected = [...operationTypes].join(', ');
  throw new BigQueryError('invalid', `Invalid operationType: expected ${expected}, given ${operationType}`);
}

/**
 * Copies tables, or partitions of them, into another in one commit. A table that is made gets the first one's schema
 * and options.
 * @throws BigQueryError `notFound`, `duplicate` (WRITE_EMPTY on a table with rows), `invalid` (another schema, a view)
 */
export async function runCopy(
  store: Store,
  configuration: CopyConfiguration,
): Promise<Pick<KeptOutcome, 'statistics'>> {
  const { sourceTable, sourceTables, destinationTable, writeDisposition, createDisposition } = configuration;
  const named = sourceTables ?? (sourceTable === undefined ? [] : [sourceTable]);
  const references = named.map((reference) => ({ projectId: store.projectId, ...reference }));
  const { schema, rows, options: own } = contentsOf(store, references);
  const [baseTableReference] = references;
  const isSnapshot = configuration.operationType === 'SNAPSHOT' && baseTableReference !== undefined;
  const snapshotTime = new Date().toISOString();
  const options = isSnapshot ? { ...own, snapshotDefinition: { baseTableReference, snapshotTime } } : own;
  const destination = { projectId: store.projectId, ...destinationTable };
  const write = writeDisposition ?? 'WRITE_EMPTY';
  const create = createDisposition ?? 'CREATE_IF_NEEDED';
  if (write === 'WRITE_TRUNCATE' && withoutDecorator(destination).partition === undefined) {
    await store.mutate(destination, async (current) => {
      if (current === undefined && create === 'CREATE_NEVER') throw tableNotFound(destination);
      checkKind(destination, current?.options, ['TABLE']);
      return { change: { kind: 'create', schema, rows, options }, result: undefined };
    });
  } else {
    await writeDestination(store, { table: destination, write, create, options }, schema, rows);
  }
  const copy = { copiedRows: String(rows.length), copiedLogicalBytes: String(sizeOfRows(rows, schema)) };
  return { statistics: { copy } };
}

interface Contents {
  readonly schema: readonly Field[];
  readonly options: TableOptions;
  readonly rows: readonly Row[];
}

/** The rows of tables that have one schema. */
function contentsOf(store: Store, [first, ...others]: readonly TableReference[]): Contents {
  if (first === undefined) throw new BigQueryError('invalid', 'Required parameter is missing: sourceTable');
  const { schema, options, rows } = contentsOfTable(store, first);
  const more = others.map((reference) => {
    const other = contentsOfTable(store, reference);
    if (shapeOf(other.schema) !== shapeOf(schema))
      throw new BigQueryError(
        'invalid',
        `Source tables must have one schema: that of ${fullTableName(reference)} is not that of ${fullTableName(first)}.`,
      );
    return other.rows;
  });
  return { schema, options, rows: others.length === 0 ? rows : [rows, ...more].flat() };
}

function contentsOfTable(store: Store, reference: TableReference): Contents {
  const { table } = withoutDecorator(reference);
  const { options } = store.table(table)?.definition ?? {};
  const contents = rowsOfDestination(store, reference);
  if (options === undefined || contents === undefined) throw tableNotFound(table);
  checkKind(table, options, withRows);
  const { snapshotDefinition: _, ...own } = options;
  return { ...contents, options: own };
}

/** What must be equal for rows of one table to be rows of another. */
function shapeOf(fields: readonly Field[]): string {
  const shapes = fields.map(({ name, type, mode, fields: inner = [] }) => [
    name.toLowerCase(),
    type,
    mode,
    shapeOf(inner),
  ]);
  return JSON.stringify(shapes);
}
