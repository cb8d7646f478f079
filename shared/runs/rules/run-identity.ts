import { createHash } from 'node:crypto';
import { z } from 'zod';
import { tenantIdSchema } from '../../tenants/rules/tenant-id';

/**
 * What wakes the worker. Losing or repeating it loses or repeats nothing: the tenant row says what is to be
 * done.
 */
export const runMessageSchema = z.object({
  tenant_id: tenantIdSchema,
  run_id: z.string().min(1).max(128),
  /** provider/domain/pipeline_id */
  pipeline: z.string().min(1).max(200),
  /** True: a worker has executed some of it. It goes before those that have not begun. */
  has_begun: z.boolean().optional(),
});

export type RunMessage = z.infer<typeof runMessageSchema>;

/**
 * The Idempotency-Key header: 1 to 255 visible characters, taken whole, with the quotes that some clients
 * send.
 */
export const idempotencyKeySchema = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'expected 1 to 255 visible ASCII characters');

/** The run id that a tenant's key stands for: the same on every instance, for ever. In the form of a UUID. */
export function runIdOfKey(tenantId: string, key: string): string {
  const digest = createHash('sha256').update(`${tenantId}\n${key}`).digest('hex');
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    // Version 8: made by a rule of our own (RFC 9562).
    `8${digest.slice(13, 16)}`,
    `a${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}

/** A run's id, as callers name one. */
export const runIdSchema = z.string().regex(/^[A-Za-z0-9_-]{1,128}$/, 'expected a run id');
