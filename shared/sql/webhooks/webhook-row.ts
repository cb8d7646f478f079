import { z } from 'zod';
import { integer, string, timestamp } from '../column-schemas';

export const webhookFields = {
  webhook_id: string,
  tenant_id: string,
  onboarding_id: string.nullable(),
  url: string,
  /** Empty: all of them. */
  event_types: z.array(string),
  description: string.nullable(),
  state: z.enum(['active', 'paused', 'disabled']),
  reason: string.nullable(),
  secret_version: integer,
  previous_secret_until: timestamp.nullable(),
  failing_since: timestamp.nullable(),
  disabled_told_at: timestamp.nullable(),
  created_at: timestamp,
  created_by: string.nullable(),
  updated_at: timestamp,
  /** Of what its owner says of it, and whether it is disabled. null: it was made before versions were counted. */
  version: integer.nullable(),
};

export const webhookRow = z.object(webhookFields);
export type WebhookRow = z.infer<typeof webhookRow>;

/** Whose webhooks a statement is about: those of a tenant in one of its lives. */
export const ofTenantsLife = `
  tenant_id = @tenant_id AND IFNULL(onboarding_id, '') = IFNULL(@onboarding_id, '')`;

/** The columns of a webhook, in SQL. */
export const webhookColumns = `
  webhook_id, tenant_id, onboarding_id, url, event_types, description, state, reason, secret_version,
  previous_secret_until, failing_since, disabled_told_at, created_at, created_by, updated_at, version`;
