import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field, FieldType, Row, TableReference, TableSnapshot, TableStore } from '../../model';
import { datasetNotFoundInQuery, tableNotFoundInQuery } from '../../not-found';
import { sizeOfRows } from '../../store/schema/field-sizes';
import { tableKindOf } from '../../store/schema/table-kinds';
import { sqlType } from '../analyse/engine-types';
import { notImplemented } from '../parse/query-errors';
import { informationSchema, qualifierOf } from '../scope';
import type { JobRow } from './job-rows';
import { jobColumns, rowOfJob } from './job-rows';
import { isOtherView } from './other-views';

/** A view of INFORMATION_SCHEMA: its columns, and the rows of one table (or dataset) in it. */
interface View {
  readonly schema: readonly Field[];
  readonly rowsOf: (table: TableSnapshot) => readonly Row[];
}

const columns = (...list: readonly (readonly [name: string, type: FieldType])[]): readonly Field[] =>
  list.map(([name, type]) => ({ name, type, mode: 'NULLABLE' }));

const ofTable = [
  ['table_catalog', 'STRING'],
  ['table_schema', 'STRING'],
  ['table_name', 'STRING'],
] as const;

const namesOf = ({ reference }: TableSnapshot): readonly Cell[] => [
  reference.projectId,
  reference.datasetId,
  reference.tableId,
];

const moment = (milliseconds: number | undefined): Cell =>
  milliseconds === undefined ? null : `${milliseconds}000`;

const yes = (is: boolean): Cell => (is ? 'YES' : 'NO');

const typeNames = {
  TABLE: 'BASE TABLE',
  VIEW: 'VIEW',
  MATERIALIZED_VIEW: 'MATERIALIZED VIEW',
  SNAPSHOT: 'SNAPSHOT',
} as const;

/** https://cloud.google.com/bigquery/docs/information-schema-intro, with the columns that mean something here. */
const views: Readonly<Record<string, View>> = {
  TABLES: {
    schema: columns(
      ...ofTable,
      ['table_type', 'STRING'],
      ['is_insertable_into', 'STRING'],
      ['is_typed', 'STRING'],
      ['creation_time', 'TIMESTAMP'],
    ),
    rowsOf: (table) => {
      const kind = tableKindOf(table.options);
      const what = [typeNames[kind], yes(kind === 'TABLE'), 'NO'];
      return [[...namesOf(table), ...what, moment(table.creationTime)]];
    },
  },
  COLUMNS: {
    schema: columns(
      ...ofTable,
      ['column_name', 'STRING'],
      ['ordinal_position', 'INTEGER'],
      ['is_nullable', 'STRING'],
      ['data_type', 'STRING'],
      ['is_hidden', 'STRING'],
      ['is_system_defined', 'STRING'],
      ['is_partitioning_column', 'STRING'],
      ['clustering_ordinal_position', 'INTEGER'],
      ['column_default', 'STRING'],
    ),
    rowsOf: (table) => table.schema.map((field, index) => columnRow(table, field, index)),
  },
  COLUMN_FIELD_PATHS: {
    schema: columns(
      ...ofTable,
      ['column_name', 'STRING'],
      ['field_path', 'STRING'],
      ['data_type', 'STRING'],
      ['description', 'STRING'],
    ),
    rowsOf: (table) =>
      table.schema.flatMap((field) =>
        pathsOf(field, field.name).map(([path, inner]) => [
          ...namesOf(table),
          field.name,
          path,
          fullType(inner),
          inner.description ?? null,
        ]),
      ),
  },
  PARTITIONS: {
    schema: columns(
      ...ofTable,
      ['partition_id', 'STRING'],
      ['total_rows', 'INTEGER'],
      ['total_logical_bytes', 'INTEGER'],
    ),
    rowsOf: partitionRows,
  },
  VIEWS: {
    schema: columns(...ofTable, ['view_definition', 'STRING']),
    rowsOf: (table) => {
      const query = table.options?.view?.query;
      return query === undefined ? [] : [[...namesOf(table), query]];
    },
  },
};

const schemataColumns = columns(
  ['catalog_name', 'STRING'],
  ['schema_name', 'STRING'],
  ['schema_owner', 'STRING'],
  ['creation_time', 'TIMESTAMP'],
  ['location', 'STRING'],
);

const jobViews = new Set(['JOBS', 'JOBS_BY_PROJECT', 'JOBS_BY_USER']);

/** A store in which the views of INFORMATION_SCHEMA are tables. */
export function withInformationSchema(store: TableStore, jobs: () => readonly JobRow[]): TableStore {
  return {
    ...store,
    read: (reference) =>
      reference.datasetId.endsWith(informationSchema)
        ? readView(store, jobs, reference)
        : store.read(reference),
  };
}

function readView(
  store: TableStore,
  jobs: () => readonly JobRow[],
  reference: TableReference,
): TableSnapshot {
  const { projectId, tableId: name } = reference;
  const qualifier = qualifierOf(reference);
  const region = /^region-(.+)$/i.exec(qualifier)?.[1]?.toUpperCase();
  const all = store.datasets?.() ?? [];
  const inRegion = all.filter(({ location }) => region === undefined || location.toUpperCase() === region);
  if (name === 'SCHEMATA') {
    const rows = inRegion.map(({ datasetId, creationTime, location }) => [
      projectId,
      datasetId,
      null,
      moment(creationTime),
      location,
    ]);
    return { reference, schema: schemataColumns, rows };
  }
  if (jobViews.has(name)) return { reference, schema: jobColumns, rows: jobs().map(rowOfJob) };
  const view = views[name];
  if (view === undefined)
    throw isOtherView(name) ? notImplemented(`INFORMATION_SCHEMA.${name}`) : tableNotFoundInQuery(reference);
  if (qualifier === '')
    throw new BigQueryError(
      'invalid',
      `Table "INFORMATION_SCHEMA.${name}" must be qualified with a dataset (e.g. dataset.table).`,
    );
  const dataset = { projectId, datasetId: qualifier };
  if (region === undefined && !store.hasDataset(dataset)) throw datasetNotFoundInQuery(dataset);
  const datasets = region === undefined ? [qualifier] : inRegion.map(({ datasetId }) => datasetId);
  const tables = datasets
    .flatMap((datasetId) => store.tablesOf({ projectId, datasetId }))
    .flatMap((table) => store.read(table) ?? []);
  return { reference, schema: view.schema, rows: tables.flatMap(view.rowsOf) };
}

function columnRow(table: TableSnapshot, field: Field, index: number): Row {
  const { timePartitioning, rangePartitioning, clustering } = table.options ?? {};
  const is = (name: string | undefined) => name?.toLowerCase() === field.name.toLowerCase();
  const place = (clustering?.fields ?? []).findIndex(is);
  return [
    ...namesOf(table),
    field.name,
    String(index + 1),
    yes(field.mode !== 'REQUIRED'),
    fullType(field),
    'NO',
    'NO',
    yes(is(timePartitioning?.field) || is(rangePartitioning?.field)),
    place < 0 ? null : String(place + 1),
    field.defaultValueExpression ?? 'NULL',
  ];
}

/** With what limits its values: NUMERIC(10, 2), STRING(5). */
function fullType(field: Field): string {
  const { precision, scale, maxLength, mode } = field;
  const limits = maxLength ?? (precision && (scale ? `${precision}, ${scale}` : precision));
  const element = sqlType({ ...field, mode: 'NULLABLE' });
  const limited = limits === undefined ? element : `${element}(${limits})`;
  return mode === 'REPEATED' ? `ARRAY<${limited}>` : limited.replaceAll('`', '');
}

function pathsOf(field: Field, path: string): readonly (readonly [string, Field])[] {
  const inner = (field.fields ?? []).flatMap((each) => pathsOf(each, `${path}.${each.name}`));
  return [[path, field], ...inner];
}

function partitionRows(table: TableSnapshot): readonly Row[] {
  const { partitions, schema } = table;
  const row = (id: Cell, rows: readonly Row[]): Row => [
    ...namesOf(table),
    id,
    String(rows.length),
    String(sizeOfRows(rows, schema)),
  ];
  if (partitions === undefined) return [row(null, table.rows)];
  const ids: string[] = [];
  partitions.select((id) => {
    ids.push(id);
    return false;
  });
  return ids.sort().map((id) => row(id, partitions.select((each) => each === id).rows));
}
