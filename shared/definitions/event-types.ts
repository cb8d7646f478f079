/** Every type of event about tenants, in the order of the documents. event-schemas.ts has what each tells. */
export const eventTypes = [
  'tenant.onboarded',
  'tenant.suspended',
  'tenant.activated',
  'tenant.offboarded',
  'quota.threshold',
  'quota.changed',
  'run.settled',
  'api_key.created',
  'api_key.expiring',
  'api_key.revoked',
  'webhook.disabled',
] as const;

export type EventType = (typeof eventTypes)[number];
