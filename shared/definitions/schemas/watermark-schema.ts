import { z } from 'zod';
import { textSchema } from './name-schemas';

export const watermarkTypes = ['TIMESTAMP', 'DATE', 'INT64', 'STRING'] as const;

/** How far a pipeline has come: a value that each completed run hands on to the next. */
export const watermarkSchema = z
  .strictObject({
    type: z
      .enum(watermarkTypes, { error: `expected one of ${watermarkTypes.join(', ')}` })
      .describe('The type of @watermark in SQL.'),
    initial: z
      .union([z.string(), z.int()])
      .describe('The value until a completed run has recorded one of this type.'),
    sql: textSchema.describe(
      'A SELECT of one value. It runs after all steps, and its value is recorded if the run completes. NULL keeps the value before.',
    ),
  })
  .describe(
    'Gives the SQL of all steps @watermark: the value that the last completed run of this pipeline for this tenant had recorded when this run began. Two runs at once read the same value, so write their rows by MERGE or by partition.',
  );
