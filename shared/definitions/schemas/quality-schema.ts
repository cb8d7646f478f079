import { z } from 'zod';
import { bytesBilledLimit, identifier, stepBase, tableName, text } from '../step-base';
import { columnName } from './field-schema';

const checkBase = {
  name: identifier.describe('Names the check in results and messages: once a step.'),
  severity: z
    .enum(['error', 'warn'])
    .default('error')
    .describe('Whether a failed check ends the run (error), or is only recorded (warn).'),
};
const columns = z
  .array(columnName)
  .min(1)
  .max(50)
  .describe('Columns of the table. Of unique: the key that they make together.');
const column = columnName.describe('A column of the table.');
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
        .describe('All that the column may hold besides NULL, as text.'),
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
      max_age_hours: z.number().positive().describe('How old the newest value may be.'),
    }),
    z.strictObject({
      ...checkBase,
      type: z.literal('sql'),
      sql: text.describe('One SELECT that returns no rows where all is well. No semicolon at its end.'),
    }),
  ],
  { error: `expected one of ${checkTypes.join(', ')}` },
);

/** Checks of a table, all computed by one query. */
export const qualityStepSchema = z.strictObject({
  ...stepBase,
  type: z.literal('quality'),
  table: tableName.describe('The table of the tenant that is checked.'),
  checks: z
    .array(checkSchema)
    .min(1)
    .max(100)
    .describe('What must hold. Every result goes to the table dq_results.'),
  maximum_bytes_billed: bytesBilledLimit.optional(),
});
