import type { Cell, DatasetReference, Field, TableReference, TableSnapshot, TableStore } from '../model';

/** A query parameter or script variable: its type as a field, and its value as a cell. */
export interface TypedValue {
  readonly name: string;
  readonly field: Field;
  readonly cell: Cell;
}

/** What a statement sees besides its text. */
export interface Scope {
  readonly projectId: string;
  readonly defaultDataset: DatasetReference | undefined;
  readonly parameters: readonly TypedValue[];
  /** Script variables; names are lower case in the map. */
  readonly variables: Map<string, TypedValue>;
  readonly read: (reference: TableReference) => TableSnapshot | undefined;
  readonly store: TableStore;
  /** In a dry run: the tables as earlier statements of the script would have left them, by `tableKey`. */
  readonly foreseen: Map<string, TableSnapshot | undefined>;
  /** In a dry run: the datasets that earlier statements of the script would have made. */
  readonly foreseenDatasets: Set<string>;
  /** The names of a script's temporary tables. */
  readonly temporary?: Set<string>;
  /** What CURRENT_TIMESTAMP and its like say; undefined: the engine's own clock. */
  readonly now: Date | undefined;
}

/** A table that exists only for one query, under a name without a dataset. */
export interface LocalTable {
  readonly name: string;
  readonly schema: readonly Field[];
  readonly valueTable?: boolean;
  /** The stored table whose rows it shows. */
  readonly stored?: TableReference;
}

/** The hidden column that carries a row's place in its table. */
export const rowColumn = '__row_index';

export function tableKey(reference: TableReference): string {
  return `${reference.projectId}.${reference.datasetId}.${reference.tableId}`;
}

/** Where a script's temporary tables are, as it sees them. */
export const temporaryDataset = '_SESSION';

/** What the datasets of INFORMATION_SCHEMA's views end with here. What stands before it is what qualifies it. */
export const informationSchema = '.INFORMATION_SCHEMA';

/** A dataset's id, `region-eu` or nothing. */
export const qualifierOf = ({ datasetId }: DatasetReference): string =>
  datasetId.slice(0, -informationSchema.length);

/** `dataset.INFORMATION_SCHEMA.VIEW` as a table; undefined for other paths. */
function informationView(scope: Scope, path: readonly string[]): TableReference | undefined {
  const [view, schema, qualifier = '', projectId = scope.projectId] = [...path].reverse();
  if (view === undefined || schema?.toUpperCase() !== 'INFORMATION_SCHEMA') return undefined;
  const tableId = view.toUpperCase();
  const own = qualifier || (isOfProject(tableId) ? '' : (scope.defaultDataset?.datasetId ?? ''));
  return { projectId, datasetId: `${own}${informationSchema}`, tableId };
}

const isOfProject = (view: string): boolean => view === 'SCHEMATA' || view.startsWith('JOBS');

/** The table that a path names, or undefined where it lacks a dataset. */
export function resolvePath(scope: Scope, path: readonly string[]): TableReference | undefined {
  const view = informationView(scope, path);
  if (view !== undefined) return view;
  const [first, second, third] = path;
  if (path.length === 3 && first !== undefined && second !== undefined && third !== undefined)
    return { projectId: first, datasetId: second, tableId: third };
  if (path.length === 2 && first !== undefined && second !== undefined)
    return { projectId: scope.projectId, datasetId: first, tableId: second };
  if (path.length === 1 && first !== undefined && scope.temporary?.has(first))
    return { projectId: scope.projectId, datasetId: temporaryDataset, tableId: first };
  if (path.length === 1 && first !== undefined && scope.defaultDataset !== undefined)
    return { ...scope.defaultDataset, tableId: first };
  return undefined;
}

/** The scope in which a table is what `mutate` hands over, not what the store showed before. */
export function withCurrent(scope: Scope, table: TableReference, current: TableSnapshot): Scope {
  const key = tableKey(table);
  return { ...scope, read: (reference) => (tableKey(reference) === key ? current : scope.read(reference)) };
}

/** What a plan depends on in a scope besides tables: a text means the same in scopes with the same key. */
export function scopeKey(scope: Scope): readonly unknown[] {
  const { parameters, variables } = scope;
  return [typesKey(parameters), typesKey(variables.values()), scope.now !== undefined];
}

function typesKey(values: Iterable<TypedValue>): string {
  return JSON.stringify([...values].map(({ name, field }) => [name, { ...field, name: '' }]));
}
