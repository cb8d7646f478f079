/** A column as BigQuery's REST interface describes it. */
export interface ColumnField {
  readonly name: string;
  readonly type: string;
  readonly mode?: string | undefined;
  readonly fields?: readonly ColumnField[] | undefined;
  readonly precision?: string | undefined;
  readonly scale?: string | undefined;
  readonly maxLength?: string | undefined;
}

/** GoogleSQL's names of the types that REST calls by their legacy names. */
const sqlNames: Readonly<Record<string, string>> = {
  INTEGER: 'INT64',
  FLOAT: 'FLOAT64',
  BOOLEAN: 'BOOL',
};

/** The type in GoogleSQL, as a column's definition has it, e.g. `ARRAY<STRUCT<\`a\` INT64>>`. */
export function columnType(field: ColumnField): string {
  const type = `${baseType(field)}${parametersOf(field)}`;
  return field.mode === 'REPEATED' ? `ARRAY<${type}>` : type;
}

function baseType({ type, fields = [] }: ColumnField): string {
  if (type !== 'RECORD' && type !== 'STRUCT') return sqlNames[type] ?? type;
  return `STRUCT<${fields.map((field) => `\`${field.name}\` ${columnType(field)}`).join(', ')}>`;
}

function parametersOf({ precision, scale, maxLength }: ColumnField): string {
  const given = [precision, scale, maxLength].filter((value) => value !== undefined);
  return given.length === 0 ? '' : `(${given.join(', ')})`;
}
