import type { SchemaElement } from 'hyparquet';
import type { FieldType } from '../../../model';
import type { ParquetRules } from './reader-messages';

/**
 * What the values of a column are, by its Parquet type and logical type: BigQuery reads these
 * (https://cloud.google.com/bigquery/docs/loading-data-cloud-storage-parquet#type_conversions), no others.
 */
export type LeafKind =
  | 'boolean'
  | 'integer'
  | 'unsigned 32'
  | 'unsigned 64'
  | 'decimal'
  | 'date'
  | 'time millis'
  | 'time micros'
  | 'timestamp millis'
  | 'timestamp micros'
  | 'int96'
  | 'float'
  | 'bytes'
  | 'string'
  | 'enum';

export interface Leaf {
  /** Undefined: BigQuery does not read such columns. */
  readonly kind: LeafKind | undefined;
  /** "INT64 (TIMESTAMP_MICROS)", for messages. */
  readonly text: string;
  /** Of a decimal. */
  readonly precision: number;
  readonly scale: number;
}

/**
 * The types that a schema may give a column, the first being the one that is detected. Documented are a
 * decimal's, an enum's and GEOGRAPHY; DATETIME is what Google's Python client loads its columns into. That
 * bytes without a logical type are loaded as STRING is stated nowhere. BigQuery widens no numbers: "Parquet
 * column 'x' has type INT32 which does not match the target cpp_type DOUBLE" (cal-itp/data-infra issue 811).
 */
export const typesOfKind: Readonly<Record<LeafKind, readonly FieldType[]>> = {
  boolean: ['BOOLEAN'],
  integer: ['INTEGER'],
  'unsigned 32': ['INTEGER'],
  'unsigned 64': ['INTEGER'],
  decimal: ['NUMERIC', 'BIGNUMERIC', 'STRING'],
  date: ['DATE'],
  'time millis': ['TIME'],
  'time micros': ['TIME'],
  'timestamp millis': ['TIMESTAMP', 'DATETIME'],
  'timestamp micros': ['TIMESTAMP', 'DATETIME'],
  int96: ['TIMESTAMP'],
  float: ['FLOAT'],
  bytes: ['BYTES', 'STRING'],
  string: ['STRING', 'GEOGRAPHY'],
  enum: ['BYTES', 'STRING'],
};

export function leafOf(element: SchemaElement): Leaf {
  const annotation = annotationOf(element);
  const { logical_type: logical } = element;
  const isDecimal = logical?.type === 'DECIMAL';
  return {
    kind: kinds[`${element.type} ${annotation}`.trimEnd()],
    text: annotation === '' ? `${element.type}` : `${element.type} (${annotation})`,
    precision: (isDecimal ? logical.precision : element.precision) ?? 0,
    scale: (isDecimal ? logical.scale : element.scale) ?? 0,
  };
}

/** The type that BigQuery detects. */
export function detectedType(
  kind: LeafKind,
  { precision, scale }: Leaf,
  { decimalTargetTypes, parquetOptions }: ParquetRules,
): FieldType {
  if (kind === 'enum') return parquetOptions?.enumAsString === true ? 'STRING' : 'BYTES';
  if (kind === 'decimal') return decimalType(precision, scale, decimalTargetTypes);
  return typesOfKind[kind][0] ?? 'BYTES';
}

/**
 * The first of NUMERIC, BIGNUMERIC and STRING that is allowed and holds all such decimals, else the widest
 * that is allowed; without a list only NUMERIC is
 * (https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad.FIELDS.decimal_target_types).
 */
function decimalType(
  precision: number,
  scale: number,
  allowed: ParquetRules['decimalTargetTypes'],
): FieldType {
  const types = new Set<FieldType>(allowed === undefined || allowed.length === 0 ? ['NUMERIC'] : allowed);
  if (types.has('NUMERIC') && scale <= 9 && precision - scale <= 29) return 'NUMERIC';
  if (types.has('BIGNUMERIC') && scale <= 38 && precision - scale <= 38) return 'BIGNUMERIC';
  if (types.has('STRING')) return 'STRING';
  return types.has('BIGNUMERIC') ? 'BIGNUMERIC' : 'NUMERIC';
}

/**
 * A column of nulls only is written as INT32 (NULL), and loaded as INT64 (broadinstitute/depmap_omics pull
 * 152).
 */
const kinds: Readonly<Record<string, LeafKind>> = {
  BOOLEAN: 'boolean',
  INT32: 'integer',
  'INT32 INT_8': 'integer',
  'INT32 INT_16': 'integer',
  'INT32 INT_32': 'integer',
  'INT32 UINT_8': 'unsigned 32',
  'INT32 UINT_16': 'unsigned 32',
  'INT32 UINT_32': 'unsigned 32',
  'INT32 NULL': 'integer',
  'INT32 DECIMAL': 'decimal',
  'INT32 DATE': 'date',
  'INT32 TIME_MILLIS': 'time millis',
  INT64: 'integer',
  'INT64 INT_64': 'integer',
  'INT64 UINT_64': 'unsigned 64',
  'INT64 DECIMAL': 'decimal',
  'INT64 TIME_MICROS': 'time micros',
  'INT64 TIMESTAMP_MILLIS': 'timestamp millis',
  'INT64 TIMESTAMP_MICROS': 'timestamp micros',
  INT96: 'int96',
  FLOAT: 'float',
  DOUBLE: 'float',
  BYTE_ARRAY: 'bytes',
  'BYTE_ARRAY STRING': 'string',
  'BYTE_ARRAY ENUM': 'enum',
  'BYTE_ARRAY DECIMAL': 'decimal',
  FIXED_LEN_BYTE_ARRAY: 'bytes',
  'FIXED_LEN_BYTE_ARRAY DECIMAL': 'decimal',
};

/** The logical type, by the names of the old converted types; '' where there is none. */
function annotationOf({ logical_type: logical, converted_type: converted }: SchemaElement): string {
  if (logical?.type === 'TIME' || logical?.type === 'TIMESTAMP') return `${logical.type}_${logical.unit}`;
  if (logical?.type === 'INTEGER') return `${logical.isSigned ? 'INT' : 'UINT'}_${logical.bitWidth}`;
  if (logical?.type !== undefined) return logical.type;
  return converted === 'UTF8' ? 'STRING' : (converted ?? '');
}
