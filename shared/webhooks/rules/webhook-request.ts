import { isIP } from 'node:net';
import { z } from 'zod';
import { eventTypes } from '../../definitions/event-types';
import { isPublicAddress } from '../../internet/public-address';

const expectedUrl = 'expected an address such as https://hooks.example.com/events';

/** Where events may be posted to. To which address the name leads is looked at when that is done. */
const webhookUrlSchema = z
  .string(expectedUrl)
  .max(2000, 'expected at most 2000 characters')
  .refine(isWebhookUrl, expectedUrl);

function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  const host = hostname.replace(/^\[|\]$/g, '');
  const isReachable = isIP(host) === 0 ? host.includes('.') : isPublicAddress(host);
  return protocol === 'https:' && isReachable && username === '' && password === '' && hash === '';
}

const expectedTypes = `expected some of ${eventTypes.join(', ')}`;
const eventTypesSchema = z
  .array(z.enum(eventTypes, expectedTypes), expectedTypes)
  .max(50, 'expected at most 50')
  .transform((types) => [...new Set(types)]);

const descriptionSchema = z.string().trim().max(500, 'expected at most 500 characters');

/** Event types are all of them unless given. */
export const newWebhookSchema = z.strictObject({
  url: webhookUrlSchema,
  event_types: eventTypesSchema.default([]),
  description: descriptionSchema.optional(),
});
export type NewWebhook = z.output<typeof newWebhookSchema>;

/** At least one of the four. null takes the description away. `active` also ends that it is disabled. */
export const webhookChangeSchema = z
  .strictObject({
    url: webhookUrlSchema.optional(),
    event_types: eventTypesSchema.optional(),
    description: descriptionSchema.nullable().optional(),
    state: z.enum(['active', 'paused'], 'expected active or paused').optional(),
  })
  .refine((change) => Object.values(change).some((value) => value !== undefined), {
    error: 'expected at least one of url, event_types, description, state',
  });
export type WebhookChange = z.output<typeof webhookChangeSchema>;

const longestOverlapSeconds = 7 * 86_400;
const expectedOverlap = `expected 0 to ${longestOverlapSeconds}`;

/** How long the old secret signs beside the new one; a day unless given. */
export const secretRotationSchema = z
  .strictObject({
    overlap_seconds: z
      .int(expectedOverlap)
      .min(0, expectedOverlap)
      .max(longestOverlapSeconds, expectedOverlap)
      .default(86_400),
  })
  .prefault({});
