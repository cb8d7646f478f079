import { z } from 'zod';
import { queryDestinationSchema } from './destination-schema';
import {
  bytesBilledLimitSchema,
  sqlCheckSchema,
  sqlFileSchema,
  sqlTextSchema,
  stepBase,
} from './step-schema';

/** Runs a SELECT and, if there is a destination, writes its rows to a table of the tenant. */
export const queryStepSchema = z
  .strictObject({
    ...stepBase,
    type: z.literal('query'),
    sql: sqlTextSchema.optional(),
    sql_file: sqlFileSchema.optional(),
    destination: queryDestinationSchema
      .optional()
      .describe('The table that the rows go to. Without it they are discarded.'),
    check: sqlCheckSchema.optional(),
    maximum_bytes_billed: bytesBilledLimitSchema.optional(),
  })
  .refine((step) => (step.sql === undefined) !== (step.sql_file === undefined), {
    path: ['sql'],
    error: 'expected either sql or sql_file',
  });
