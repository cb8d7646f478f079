import { z } from 'zod';

/** An operation's id, as callers name one. */
export const operationIdSchema = z
  .string()
  .regex(/^op_[A-Za-z0-9_-]{1,100}$/, 'expected the id of an operation');

/** @param uuid any that was not used before */
export const operationIdOf = (uuid: string): string => `op_${uuid}`;

/**
 * What has an operation worked on. Losing or repeating it loses or repeats nothing: the operation's rows say what is
 * to be done.
 */
export const operationMessageSchema = z.object({
  operation_id: operationIdSchema,
  started_at: z.iso.datetime(),
});

export type OperationMessage = z.infer<typeof operationMessageSchema>;
