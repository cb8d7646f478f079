import { z } from 'zod';
import { textSchema, topicNameSchema } from './name-schemas';
import { stepBase } from './step-schema';

/** Publishes an event about the run to a topic that the deployment allows (NOTIFY_TOPICS). */
export const notifyStepSchema = z.strictObject({
  ...stepBase,
  type: z.literal('notify'),
  topic: topicNameSchema.describe('The Pub/Sub topic, one that the deployment allows (NOTIFY_TOPICS).'),
  message: textSchema
    .max(1000, 'expected at most 1000 characters')
    .optional()
    .describe('A text for people that goes with the event.'),
});
