import { z } from 'zod';

/** A column's or field's name, as BigQuery accepts it without quoting (the flexible names are left out on purpose). */
export const columnName = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,299}$/,
    'expected a column name: letters, digits and _, not starting with a digit',
  );

/** The types of https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema that are in use. */
export const fieldTypes = [
  'STRING',
  'BYTES',
  'INT64',
  'INTEGER',
  'FLOAT64',
  'FLOAT',
  'BOOL',
  'BOOLEAN',
  'NUMERIC',
  'BIGNUMERIC',
  'DATE',
  'DATETIME',
  'TIME',
  'TIMESTAMP',
  'JSON',
  'RECORD',
] as const;

/** A field of a BigQuery table's schema, in the REST interface's own words. */
export interface FieldDefinition {
  readonly name: string;
  readonly type: (typeof fieldTypes)[number];
  readonly mode?: 'NULLABLE' | 'REQUIRED' | 'REPEATED' | undefined;
  readonly description?: string | undefined;
  readonly precision?: string | undefined;
  readonly scale?: string | undefined;
  readonly maxLength?: string | undefined;
  readonly defaultValueExpression?: string | undefined;
  /** Of a RECORD. Mutable, like the other lists here, only because Google's types ask for it. */
  readonly fields?: FieldDefinition[] | undefined;
}

const digits = z.string().regex(/^\d+$/, 'expected decimal digits in quotes');

export const fieldSchema: z.ZodType<FieldDefinition> = z
  .strictObject({
    name: columnName.describe('The name of the column, or of the field of a RECORD.'),
    type: z
      .enum(fieldTypes, { error: `expected one of ${fieldTypes.join(', ')}` })
      .describe("BigQuery's type."),
    mode: z
      .enum(['NULLABLE', 'REQUIRED', 'REPEATED'], { error: 'expected NULLABLE, REQUIRED or REPEATED' })
      .optional()
      .describe('REPEATED: an array. NULLABLE unless given.'),
    description: z.string().min(1).optional().describe('Shown in BigQuery.'),
    precision: digits.optional().describe('Of NUMERIC and BIGNUMERIC: digits in all.'),
    scale: digits.optional().describe('Of NUMERIC and BIGNUMERIC: digits behind the point.'),
    maxLength: digits.optional().describe('Of STRING and BYTES: characters, or bytes, at most.'),
    defaultValueExpression: z
      .string()
      .min(1)
      .optional()
      .describe('SQL of the value that an INSERT without one gives.'),
    get fields() {
      return fieldsSchema.optional().describe('Of a RECORD.');
    },
  })
  .refine((field) => (field.type === 'RECORD') === (field.fields !== undefined), {
    path: ['fields'],
    error: 'expected fields for a RECORD, and for nothing else',
  });

/** Fields beside each other: at least one, no name twice (BigQuery does not tell names apart by case). */
export const fieldsSchema: z.ZodType<FieldDefinition[]> = z
  .array(z.lazy(() => fieldSchema))
  .min(1, 'expected at least one field')
  .superRefine((fields, context) => {
    const seen = new Set<string>();
    for (const [index, field] of fields.entries()) {
      const key = field.name.toLowerCase();
      if (seen.has(key)) {
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: 'expected a name not used twice',
        });
      }
      seen.add(key);
    }
  });
