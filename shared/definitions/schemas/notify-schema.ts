import { z } from 'zod';
import { stepBase, text } from '../step-base';

/** Names of Pub/Sub topics: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
export const topicName = z
  .string()
  .regex(
    /^(?!goog)[A-Za-z][A-Za-z0-9._~%+-]{2,254}$/,
    "expected a topic's name: 3 to 255 letters, digits and ._~%+-, starting with a letter, not with goog",
  );

/** Publishes an event about the run. The topic must be one that the deployment allows (NOTIFY_TOPICS). */
export const notifyStepSchema = z.strictObject({
  ...stepBase,
  type: z.literal('notify'),
  topic: topicName.describe('The Pub/Sub topic: one that the deployment allows (NOTIFY_TOPICS).'),
  message: text
    .max(1000, 'expected at most 1000 characters')
    .optional()
    .describe('Goes with the event, for people.'),
});
