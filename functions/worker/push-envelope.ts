import { z } from 'zod';
import { type RunMessage, runMessageSchema } from '../../shared/runs/run-message';

/**
 * What a Pub/Sub push subscription posts. Read here and not by functions-framework, which drops the delivery attempt
 * and does not recognise messages without data. https://cloud.google.com/pubsub/docs/push#receive_push
 */
export const pushEnvelopeSchema = z.object({
  message: z.object({
    data: z.base64().default(''),
    messageId: z.string(),
    attributes: z.record(z.string(), z.string()).default({}),
  }),
  subscription: z.string(),
  deliveryAttempt: z.number().int().optional(),
});

/** The run message in a push's data, or what is wrong with it. */
export function parseRunMessage(data: string): RunMessage | { readonly problem: string } {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  } catch {
    return { problem: 'its data is not JSON' };
  }
  const parsed = runMessageSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  return {
    problem: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  };
}
