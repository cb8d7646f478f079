import { BigQueryError } from '../../bigquery-error';
import type { Field, FieldType, RangeElement } from '../../model';
import { child, children, stringAt } from '../engine/tree';
import { backquoted } from '../parse/sql-text';

type ScalarType = Exclude<FieldType, 'RECORD'>;

/** The engine's type message. */
export interface EngineType {
  readonly typeKind: string;
  readonly arrayType?: { readonly elementType: EngineType };
  readonly rangeType?: { readonly elementType: EngineType };
  readonly structType?: {
    readonly field: readonly { readonly fieldName: string; readonly fieldType: EngineType }[];
  };
}

const kinds: Readonly<Record<ScalarType, { readonly kind: string; readonly sql: string }>> = {
  STRING: { kind: 'TYPE_STRING', sql: 'STRING' },
  BYTES: { kind: 'TYPE_BYTES', sql: 'BYTES' },
  INTEGER: { kind: 'TYPE_INT64', sql: 'INT64' },
  FLOAT: { kind: 'TYPE_DOUBLE', sql: 'FLOAT64' },
  BOOLEAN: { kind: 'TYPE_BOOL', sql: 'BOOL' },
  NUMERIC: { kind: 'TYPE_NUMERIC', sql: 'NUMERIC' },
  BIGNUMERIC: { kind: 'TYPE_BIGNUMERIC', sql: 'BIGNUMERIC' },
  DATE: { kind: 'TYPE_DATE', sql: 'DATE' },
  DATETIME: { kind: 'TYPE_DATETIME', sql: 'DATETIME' },
  TIME: { kind: 'TYPE_TIME', sql: 'TIME' },
  TIMESTAMP: { kind: 'TYPE_TIMESTAMP', sql: 'TIMESTAMP' },
  JSON: { kind: 'TYPE_JSON', sql: 'JSON' },
  GEOGRAPHY: { kind: 'TYPE_GEOGRAPHY', sql: 'GEOGRAPHY' },
  INTERVAL: { kind: 'TYPE_INTERVAL', sql: 'INTERVAL' },
  RANGE: { kind: 'TYPE_RANGE', sql: 'RANGE' },
};

const typeOfKind = new Map<string, FieldType>();
const typeOfName = new Map<string, FieldType>([
  ['RECORD', 'RECORD'],
  ['STRUCT', 'RECORD'],
  ['FLOAT64', 'FLOAT'],
  ['BOOL', 'BOOLEAN'],
  ['INT64', 'INTEGER'],
  ['DECIMAL', 'NUMERIC'],
  ['BIGDECIMAL', 'BIGNUMERIC'],
  ...['INT', 'SMALLINT', 'BIGINT', 'TINYINT', 'BYTEINT'].map((name): [string, FieldType] => [
    name,
    'INTEGER',
  ]),
]);
for (const type of scalarTypes()) {
  typeOfKind.set(kinds[type].kind, type);
  typeOfName.set(type, type);
}

function scalarTypes(): readonly ScalarType[] {
  return [
    ...(['STRING', 'BYTES', 'INTEGER', 'FLOAT', 'BOOLEAN', 'NUMERIC', 'BIGNUMERIC'] as const),
    ...(['DATE', 'DATETIME', 'TIME', 'TIMESTAMP', 'JSON', 'GEOGRAPHY', 'INTERVAL', 'RANGE'] as const),
  ];
}

/** The type that a name stands for, INT64 and the legacy INTEGER alike. */
export function fieldTypeNamed(name: string): FieldType | undefined {
  return typeOfName.get(name.toUpperCase());
}

export function engineType(field: Field): EngineType {
  const element: EngineType =
    field.type === 'RECORD'
      ? {
          typeKind: 'TYPE_STRUCT',
          structType: {
            field: (field.fields ?? []).map((inner) => ({
              fieldName: inner.name,
              fieldType: engineType(inner),
            })),
          },
        }
      : {
          typeKind: kinds[field.type].kind,
          ...(field.type === 'RANGE' && {
            rangeType: { elementType: { typeKind: kinds[elementOf(field)].kind } },
          }),
        };
  return field.mode === 'REPEATED'
    ? { typeKind: 'TYPE_ARRAY', arrayType: { elementType: element } }
    : element;
}

/** The field that a type from the engine describes. */
export function fieldOfType(name: string, type: unknown): Field {
  const kind = stringAt(type, 'typeKind') ?? '';
  if (kind === 'TYPE_ARRAY') {
    return { ...fieldOfType(name, child(type, 'arrayType', 'elementType')), mode: 'REPEATED' };
  }
  if (kind === 'TYPE_STRUCT') {
    const fields = children(child(type, 'structType'), 'field').map((inner, index) =>
      fieldOfType(stringAt(inner, 'fieldName') || `_field_${index + 1}`, child(inner, 'fieldType')),
    );
    return { name, type: 'RECORD', mode: 'NULLABLE', fields };
  }
  const scalar = typeOfKind.get(kind);
  if (scalar === undefined)
    throw new BigQueryError(
      'notImplemented',
      `A result of type ${kind.replace('TYPE_', '')} is not supported.`,
    );
  if (scalar === 'RANGE')
    return rangeField(
      name,
      typeOfKind.get(stringAt(child(type, 'rangeType', 'elementType'), 'typeKind') ?? ''),
    );
  return { name, type: scalar, mode: 'NULLABLE' };
}

/** A field of a RANGE; the engine knows none of other elements. */
function rangeField(name: string, element: FieldType | undefined): Field {
  const type = element === 'DATETIME' || element === 'TIMESTAMP' ? element : 'DATE';
  return { name, type: 'RANGE', mode: 'NULLABLE', rangeElementType: { type } };
}

/** What a RANGE is a range of. */
export const elementOf = ({ rangeElementType }: Field): RangeElement => rangeElementType?.type ?? 'DATE';

/** The type as SQL text, without the parameters of NUMERIC(10, 2) and STRING(5). */
export function sqlType(field: Field): string {
  const element =
    field.type === 'RECORD'
      ? `STRUCT<${(field.fields ?? []).map((inner) => `${backquoted(inner.name)} ${sqlType(inner)}`).join(', ')}>`
      : field.type === 'RANGE'
        ? `RANGE<${elementOf(field)}>`
        : kinds[field.type].sql;
  return field.mode === 'REPEATED' ? `ARRAY<${element}>` : element;
}

/** Whether cells of one field fit the other: the same types at every level, whatever the names and modes. */
export function sameCells(left: Field, right: Field): boolean {
  if (left.type !== right.type || left.rangeElementType?.type !== right.rangeElementType?.type) return false;
  if ((left.mode === 'REPEATED') !== (right.mode === 'REPEATED')) return false;
  const [leftFields, rightFields] = [left.fields ?? [], right.fields ?? []];
  if (leftFields.length !== rightFields.length) return false;
  return leftFields.every((inner, index) => {
    const other = rightFields[index];
    return other !== undefined && sameCells(inner, other);
  });
}

/** Whether two results have the same types, whatever their columns' names. */
export function sameTypes(left: readonly Field[], right: readonly Field[]): boolean {
  return JSON.stringify(left.map(engineType)) === JSON.stringify(right.map(engineType));
}
