import { z } from 'zod';

/**
 * What a run does otherwise than by its pipeline alone. Its slot carries them as JSON text, and its outcome repeats
 * it: so every delivery of the run knows them, and whoever goes on after it does as well. A version before leaves
 * members that it does not know alone.
 */
const instructionsSchema = z.object({
  /** What it does not do again: an earlier run has. */
  resume: z
    .object({
      /** The completed steps by their ids. */
      steps: z.record(
        z.string(),
        z.object({
          /** The run that has executed it. */
          run_id: z.string(),
          /** What it was then, by definition-hash.ts. */
          hash: z.string(),
          rows_written: z.int(),
        }),
      ),
      /** The watermark that these steps have begun with. */
      watermark: z.string().optional(),
    })
    .optional(),
  /** The watermark that it begins with, whatever was recorded. */
  watermark: z.object({ from: z.string(), record: z.boolean() }).optional(),
  /** The operation that has started it, which is to hear when it is over. */
  operation: z.object({ operation_id: z.string(), started_at: z.iso.datetime() }).optional(),
});

export type RunInstructions = Readonly<z.infer<typeof instructionsSchema>>;

/** null: nothing is to be done otherwise. */
export const instructionsText = (instructions: RunInstructions = {}): string | null => {
  const text = JSON.stringify(instructions);
  return text === '{}' ? null : text;
};

/** Throws a ZodError or SyntaxError where no version of this code has written it. */
export const parseInstructions = (text: string | null): RunInstructions =>
  text === null ? {} : instructionsSchema.parse(JSON.parse(text));
