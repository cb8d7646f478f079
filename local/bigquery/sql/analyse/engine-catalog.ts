import type { Field } from '../../model';
import type { Dialect } from '../engine/dialect';
import { rowColumn } from '../scope';
import { type EngineType, engineType } from './engine-types';

/** A table as the engine's catalog shows it. */
export interface CatalogTable {
  readonly path: readonly string[];
  /** The analysed tree names the table by it. */
  readonly fullName: string;
  readonly schema: readonly Field[];
  readonly withRowColumn: boolean;
  readonly valueTable: boolean;
}

interface Column {
  readonly name: string;
  readonly type: EngineType;
  readonly isPseudoColumn?: boolean;
  readonly hasDefaultValue?: boolean;
  readonly columnExpression?: { readonly expressionString: string; readonly expressionKind: string };
}

interface Level {
  readonly name: string;
  readonly table: object[];
  readonly catalog: Level[];
}

/** The engine's catalog, with each table under its path. */
export function engineCatalog(
  dialect: Dialect,
  tables: readonly CatalogTable[],
  constants: readonly object[],
): object {
  const root: Level = { name: '', table: [], catalog: [] };
  for (const table of tables) {
    const level = table.path.slice(0, -1).reduce(levelNamed, root);
    level.table.push(tableMessage(table));
  }
  return { ...root, constant: constants, builtinFunctionOptions: { languageOptions: dialect.options } };
}

function levelNamed(parent: Level, name: string): Level {
  const known = parent.catalog.find((level) => level.name === name);
  if (known !== undefined) return known;
  const made: Level = { name, table: [], catalog: [] };
  parent.catalog.push(made);
  return made;
}

function tableMessage(table: CatalogTable): object {
  const columns = table.schema.map(columnMessage);
  if (table.withRowColumn)
    columns.push({ name: rowColumn, type: { typeKind: 'TYPE_INT64' }, isPseudoColumn: true });
  return {
    name: table.path.at(-1) ?? '',
    fullName: table.fullName,
    column: columns,
    isValueTable: table.valueTable,
    allowAnonymousColumnName: true,
    allowDuplicateColumnNames: true,
  };
}

function columnMessage(field: Field): Column {
  const column = { name: field.name, type: engineType(field) };
  return field.defaultValueExpression === undefined ? column : { ...column, hasDefaultValue: true };
}
