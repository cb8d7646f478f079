import { Webhook } from 'standardwebhooks';

/**
 * The headers that Standard Webhooks asks for. One signature for each secret: a receiver accepts what any of them signs.
 * https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
 */
export const signedHeaders = (secrets: readonly string[], deliveryId: string, now: Date, body: string) => ({
  'webhook-id': deliveryId,
  'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
  'webhook-signature': secrets.map((secret) => new Webhook(secret).sign(deliveryId, now, body)).join(' '),
});
