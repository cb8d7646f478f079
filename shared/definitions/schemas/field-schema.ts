import { z } from 'zod';
import { columnNameSchema } from './name-schemas';

/**
 * Those types of https://cloud.google.com/bigquery/docs/reference/rest/v2/tables#TableFieldSchema that are
 * supported.
 */
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

/** A field of a BigQuery table's schema, as the REST interface writes it. */
export interface FieldDefinition {
  readonly name: string;
  readonly type: (typeof fieldTypes)[number];
  readonly mode?: 'NULLABLE' | 'REQUIRED' | 'REPEATED' | undefined;
  readonly description?: string | undefined;
  readonly precision?: string | undefined;
  readonly scale?: string | undefined;
  readonly maxLength?: string | undefined;
  readonly defaultValueExpression?: string | undefined;
  /** The fields of a RECORD. Mutable, like the other lists here, only because Google's types ask for it. */
  readonly fields?: FieldDefinition[] | undefined;
}

const digits = z.string().regex(/^\d+$/, 'expected decimal digits in quotes');

export const fieldSchema: z.ZodType<FieldDefinition> = z
  .strictObject({
    name: columnNameSchema.describe('The name of the column, or of a field of a RECORD.'),
    type: z
      .enum(fieldTypes, { error: `expected one of ${fieldTypes.join(', ')}` })
      .describe("BigQuery's type."),
    mode: z
      .enum(['NULLABLE', 'REQUIRED', 'REPEATED'], { error: 'expected NULLABLE, REQUIRED or REPEATED' })
      .optional()
      .describe('REPEATED is an array. Default: NULLABLE.'),
    description: z.string().min(1).optional().describe('Shown in BigQuery.'),
    precision: digits.optional().describe('For NUMERIC and BIGNUMERIC: the number of digits in all.'),
    scale: digits
      .optional()
      .describe('For NUMERIC and BIGNUMERIC: the number of digits after the decimal point.'),
    maxLength: digits.optional().describe('For STRING and BYTES: the most characters, or bytes.'),
    defaultValueExpression: z
      .string()
      .min(1)
      .optional()
      .describe('SQL for the value of an INSERT that gives none.'),
    get fields() {
      return fieldsSchema.optional().describe('The fields of a RECORD.');
    },
  })
  .refine((field) => (field.type === 'RECORD') === (field.fields !== undefined), {
    path: ['fields'],
    error: 'expected fields for a RECORD, and for nothing else',
  });

/** The fields of a table or RECORD: at least one, and no name twice (BigQuery ignores the case of names). */
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
