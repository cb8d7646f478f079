import { z } from 'zod';
import { text } from '../step-base';

export const watermarkTypes = ['TIMESTAMP', 'DATE', 'INT64', 'STRING'] as const;

/** How far a pipeline has come, carried from each of its runs to the next. */
export const watermarkSchema = z
  .strictObject({
    type: z
      .enum(watermarkTypes, { error: `expected one of ${watermarkTypes.join(', ')}` })
      .describe('Its type in SQL, where it is @watermark.'),
    initial: z
      .union([z.string(), z.int()])
      .describe(
        'The value for the first run, and as long as no completed run has recorded one of this type.',
      ),
    sql: text.describe(
      'One value, asked for when all steps are done, and recorded with a run that completes. NULL keeps the value before.',
    ),
  })
  .describe(
    'Gives the SQL of all steps @watermark: what the last completed run of this pipeline for this tenant recorded before this run began. Two runs at once read the same value: write what they bring by MERGE, or by partition.',
  );
