import { createHash } from 'node:crypto';
import { z } from 'zod';
import { runIdOfKey } from '../../runs/rules/run-identity';

/** An operation's id, as callers name one. */
export const operationIdSchema = z
  .string()
  .regex(/^op_[A-Za-z0-9_-]{1,100}$/, 'expected the id of an operation');

/** @param uuid any that was not used before */
export const operationIdOf = (uuid: string): string => `op_${uuid}`;

/**
 * The operation that an Idempotency-Key stands for, of a tenant in one of its lives: one that is onboarded anew begins
 * with none. No key has a space in it.
 */
export const operationIdOfKey = (
  kind: string,
  tenantId: string,
  onboardingId: string | null,
  key: string,
): string => operationIdOf(runIdOfKey(tenantId, `${kind} ${onboardingId ?? ''} ${key}`));

/** Of what was asked for: a repeat under the same key has to ask for the same. */
export const askedHashOf = (asked: object): string =>
  createHash('sha256').update(JSON.stringify(asked)).digest('hex');

/**
 * What has an operation worked on. Losing or repeating it loses or repeats nothing: the operation's rows say what is
 * to be done.
 */
export const operationMessageSchema = z.object({
  operation_id: operationIdSchema,
  started_at: z.iso.datetime(),
});

export type OperationMessage = z.infer<typeof operationMessageSchema>;
