import { z } from 'zod';

/** A tenant's id. It is also the name of the tenant's dataset, so BigQuery's rules for names bound it. */
export const tenantIdSchema = z
  .string()
  .regex(/^[a-zA-Z0-9_]{3,50}$/, 'expected 3 to 50 letters, digits or underscores');

export const isTenantId = (text: string): boolean => tenantIdSchema.safeParse(text).success;
