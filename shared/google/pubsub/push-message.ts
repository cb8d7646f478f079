import { z } from 'zod';
import { expectNoQuery, parseRequest } from '../../http/parse';
import type { HttpRequest } from '../../http/route';
import { continueTrace } from '../../telemetry/context';

/**
 * What a Pub/Sub push subscription posts. Read here and not by functions-framework, which drops the delivery
 * attempt and does not recognise messages without data.
 * https://cloud.google.com/pubsub/docs/push#receive_push
 */
const pushEnvelopeSchema = z.object({
  message: z.object({
    data: z.base64().default(''),
    messageId: z.string(),
    publishTime: z.iso.datetime({ offset: true }).optional(),
    attributes: z.record(z.string(), z.string()).default({}),
  }),
  subscription: z.string(),
  deliveryAttempt: z.number().int().optional(),
});

export interface PushMessage<T> {
  /** What the message says, or what is wrong with it. */
  readonly content: T | { readonly problem: string };
  readonly messageId: string;
  /** By Pub/Sub's clock, the same in each delivery. */
  readonly publishedAt: Date | undefined;
  readonly attributes: Readonly<Record<string, string>>;
  /** From 1 on. Absent where the subscription has no dead-letter topic. */
  readonly deliveryAttempt: number | undefined;
}

/**
 * The message that a push subscription delivers, and goes on with its trace. Throws `invalid_request` for what is
 * no push. Which type Pub/Sub says is its own matter: nothing may depend on it. No browser gets past Cloud Run.
 */
export async function readPush<T>(request: HttpRequest, schema: z.ZodType<T>): Promise<PushMessage<T>> {
  expectNoQuery(request);
  const push = await request.json({ isOfAnyType: true });
  const { message, deliveryAttempt } = parseRequest(pushEnvelopeSchema, push);
  const { messageId, attributes, publishTime } = message;
  const publishedAt = publishTime === undefined ? undefined : new Date(publishTime);
  continueTrace(attributes.traceparent);
  return { content: contentOf(message.data, schema), messageId, publishedAt, attributes, deliveryAttempt };
}

function contentOf<T>(data: string, schema: z.ZodType<T>): PushMessage<T>['content'] {
  let json: unknown;
  try {
    json = JSON.parse(Buffer.from(data, 'base64').toString('utf8'));
  } catch {
    return { problem: 'its data is not JSON' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  return {
    problem: parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  };
}
