import { z } from 'zod';
import { BigQueryError } from '../../bigquery-error';
import type { Field, FieldMode, FieldType, RangeElement } from '../../model';

const restFieldSchema: z.ZodType<RestField> = z.lazy(() =>
  z.object({
    name: z.string(),
    type: z.string(),
    mode: z.string().nullish(),
    fields: z.array(restFieldSchema).nullish(),
    description: z.string().nullish(),
    precision: z.union([z.string(), z.number()]).nullish(),
    scale: z.union([z.string(), z.number()]).nullish(),
    maxLength: z.union([z.string(), z.number()]).nullish(),
    defaultValueExpression: z.string().nullish(),
    rangeElementType: z.object({ type: z.string() }).nullish(),
    timestampPrecision: z.union([z.string(), z.number()]).nullish(),
  }),
);

/** A table schema as REST carries it. */
export const restSchema = z.object({ fields: z.array(restFieldSchema).optional() });

interface RestField {
  name: string;
  type: string;
  mode?: string | null | undefined;
  fields?: RestField[] | null | undefined;
  description?: string | null | undefined;
  precision?: string | number | null | undefined;
  scale?: string | number | null | undefined;
  maxLength?: string | number | null | undefined;
  defaultValueExpression?: string | null | undefined;
  rangeElementType?: { type: string } | null | undefined;
  timestampPrecision?: string | number | null | undefined;
}

const typeOfName: Readonly<Record<string, FieldType>> = {
  STRING: 'STRING',
  BYTES: 'BYTES',
  INTEGER: 'INTEGER',
  INT64: 'INTEGER',
  FLOAT: 'FLOAT',
  FLOAT64: 'FLOAT',
  BOOLEAN: 'BOOLEAN',
  BOOL: 'BOOLEAN',
  NUMERIC: 'NUMERIC',
  BIGNUMERIC: 'BIGNUMERIC',
  DATE: 'DATE',
  DATETIME: 'DATETIME',
  TIME: 'TIME',
  TIMESTAMP: 'TIMESTAMP',
  JSON: 'JSON',
  GEOGRAPHY: 'GEOGRAPHY',
  INTERVAL: 'INTERVAL',
  RANGE: 'RANGE',
  RECORD: 'RECORD',
  STRUCT: 'RECORD',
};

const modeOfName: Readonly<Record<string, FieldMode>> = {
  NULLABLE: 'NULLABLE',
  REQUIRED: 'REQUIRED',
  REPEATED: 'REPEATED',
};

/**
 * The fields of a REST schema, with BigQuery's rules for names, types and modes checked.
 * @throws BigQueryError `invalid`
 */
export function fieldsOfRest(schema: z.infer<typeof restSchema> | undefined): Field[] {
  return toFields(schema?.fields ?? []);
}

function toFields(fields: readonly RestField[]): Field[] {
  const seen = new Set<string>();
  return fields.map((field) => {
    const key = field.name.toLowerCase();
    if (seen.has(key)) throw new BigQueryError('invalid', `Field ${field.name} already exists in schema`);
    seen.add(key);
    return toField(field);
  });
}

function toField(field: RestField): Field {
  checkFieldName(field.name);
  const type = typeOfName[field.type.toUpperCase()];
  if (type === undefined)
    throw new BigQueryError('invalid', `Invalid value for type: ${field.type} is not a valid value`);
  const mode = modeOfName[(field.mode || 'NULLABLE').toUpperCase()];
  if (mode === undefined)
    throw new BigQueryError('invalid', `Invalid value for mode: ${field.mode} is not a valid value`);
  const fields = field.fields ?? [];
  if (type === 'RECORD' && fields.length === 0) {
    throw new BigQueryError('invalid', `Field ${field.name} is type RECORD but has no schema`);
  }
  return {
    name: field.name,
    type,
    mode,
    ...(!field.mode && { leavesModeOut: true as const }),
    ...(type === 'RECORD' && { fields: toFields(fields) }),
    ...(type === 'RANGE' && { rangeElementType: { type: toRangeElement(field) } }),
    ...(field.description != null && { description: field.description }),
    ...(field.precision != null && { precision: String(field.precision) }),
    ...(field.scale != null && { scale: String(field.scale) }),
    ...(field.maxLength != null && { maxLength: String(field.maxLength) }),
    ...(field.defaultValueExpression != null && { defaultValueExpression: field.defaultValueExpression }),
    ...(field.timestampPrecision != null && { timestampPrecision: toPrecision(field, type) }),
  };
}

function toRangeElement({ name, rangeElementType }: RestField): RangeElement {
  const type = rangeElementType?.type.toUpperCase();
  if (type === 'DATE' || type === 'DATETIME' || type === 'TIMESTAMP') return type;
  throw new BigQueryError(
    'invalid',
    `Field ${name} is type RANGE and needs a rangeElementType of DATE, DATETIME or TIMESTAMP`,
  );
}

function toPrecision({ name, timestampPrecision }: RestField, type: FieldType): string {
  const given = String(timestampPrecision);
  if (type === 'TIMESTAMP' && (given === '6' || given === '12')) return given;
  throw new BigQueryError(
    'invalid',
    `Field ${name}: expected a timestampPrecision of 6 or 12, for type TIMESTAMP alone, given ${given} for ${type}`,
  );
}

function checkFieldName(name: string): void {
  if (/^[\p{L}_][\p{L}\p{N}_ -]{0,299}$/u.test(name)) return;
  throw new BigQueryError(
    'invalid',
    `Invalid field name "${name}". Fields must contain the allowed characters, and be at most 300 characters long. For allowed characters, please refer to https://cloud.google.com/bigquery/docs/schemas#column_names`,
  );
}

const digits = z.union([z.string(), z.number()]).transform(String);
const partitioningSchema = z.object({
  type: z.string(),
  field: z.string().optional(),
  expirationMs: digits.optional(),
});
const tableReference = z.object({ projectId: z.string(), datasetId: z.string(), tableId: z.string() });
const rangeSchema = z.object({ start: digits, end: digits, interval: digits });

/** A table's properties besides schema and rows, as the REST interface names them (`TableOptions` of the model). */
export const tableOptionsSchema = z.object({
  description: z.string().optional(),
  friendlyName: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  timePartitioning: partitioningSchema.optional(),
  rangePartitioning: z.object({ field: z.string(), range: rangeSchema }).optional(),
  clustering: z.object({ fields: z.array(z.string()).readonly() }).optional(),
  expirationTime: digits.optional(),
  requirePartitionFilter: z.boolean().optional(),
  view: z.object({ query: z.string(), useLegacySql: z.boolean().optional() }).optional(),
  materializedView: z
    .object({
      query: z.string(),
      enableRefresh: z.boolean().optional(),
      refreshIntervalMs: digits.optional(),
    })
    .optional(),
  snapshotDefinition: z.object({ baseTableReference: tableReference, snapshotTime: z.string() }).optional(),
  routine: z
    .object({ kind: z.enum(['FUNCTION', 'TABLE_FUNCTION', 'PROCEDURE']), definition: z.string() })
    .optional(),
  tableConstraints: z
    .object({
      primaryKey: z.object({ columns: z.array(z.string()).readonly() }).optional(),
      foreignKeys: z
        .array(
          z.object({
            name: z.string().optional(),
            referencedTable: tableReference,
            columnReferences: z
              .array(z.object({ referencingColumn: z.string(), referencedColumn: z.string() }))
              .readonly(),
          }),
        )
        .readonly()
        .optional(),
    })
    .optional(),
});
