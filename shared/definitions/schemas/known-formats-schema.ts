import { z } from 'zod';

/**
 * A file of formats that a load step knows by their columns, oldest first: one format a version, which has the
 * columns of the one before and those that it adds.
 */
export const knownFormatsSchema = z
  .array(
    z.strictObject({
      name: z.string().min(1).max(100).describe('How messages and records call it, like FOCUS 1.2.'),
      adds: z.array(z.string().min(1)).min(1).describe('The columns that the format before does not have.'),
    }),
  )
  .min(1, 'expected at least one format');

export type KnownFormats = z.infer<typeof knownFormatsSchema>;
