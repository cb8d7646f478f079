import { z } from 'zod';
import { columnNameSchema, identifierSchema, tableNameSchema, textSchema } from './name-schemas';
import { bytesBilledLimitSchema, sqlCheckSchema, stepBase } from './step-schema';

const checkBase = {
  name: identifierSchema.describe('Names the check in results and messages. Unique in the step.'),
  severity: z
    .enum(['error', 'warn'])
    .default('error')
    .describe('error: a failed check ends the run. warn: it is only recorded.'),
};
const columns = z
  .array(columnNameSchema)
  .min(1)
  .max(50)
  .describe('Columns of the table. For unique: the columns that make up the key.');
const column = columnNameSchema.describe('A column of the table.');
const checkTypes = ['not_null', 'unique', 'accepted_values', 'row_count', 'freshness', 'sql'] as const;

export const checkSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({ ...checkBase, type: z.literal('not_null'), columns }),
    z.strictObject({ ...checkBase, type: z.literal('unique'), columns }),
    z.strictObject({
      ...checkBase,
      type: z.literal('accepted_values'),
      column,
      values: z
        .array(z.string())
        .min(1)
        .max(1000)
        .describe('The values that the column may have besides NULL, as text.'),
    }),
    z
      .strictObject({
        ...checkBase,
        type: z.literal('row_count'),
        min: z.int().min(0).optional().describe('The fewest rows.'),
        max: z.int().min(0).optional().describe('The most rows.'),
      })
      .refine((check) => check.min !== undefined || check.max !== undefined, {
        path: ['min'],
        error: 'expected min, max or both',
      }),
    z.strictObject({
      ...checkBase,
      type: z.literal('freshness'),
      column,
      max_age_hours: z.number().positive().describe('How many hours old the newest value may be.'),
    }),
    z.strictObject({
      ...checkBase,
      type: z.literal('sql'),
      sql: textSchema.describe('A SELECT that returns no rows if all is well. No semicolon at its end.'),
    }),
  ],
  { error: `expected one of ${checkTypes.join(', ')}` },
);

/** Checks a table. One query computes all checks. */
export const qualityStepSchema = z.strictObject({
  ...stepBase,
  type: z.literal('quality'),
  table: tableNameSchema.describe('The table of the tenant to check.'),
  checks: z
    .array(checkSchema)
    .min(1)
    .max(100)
    .describe('What must be true. Every result is recorded in the table dq_results.'),
  check: sqlCheckSchema.optional(),
  maximum_bytes_billed: bytesBilledLimitSchema.optional(),
});
