import type { ControlDataset } from '../../shared/google/bigquery/tables/control-dataset';
import { type PushMessage, readPush } from '../../shared/google/pubsub/push-message';
import type { Route } from '../../shared/http/route';
import { type RunMessage, runMessageSchema } from '../../shared/runs/rules/run-identity';

export interface DeadLetterDependencies {
  readonly append: ControlDataset['append'];
  readonly now: () => Date;
}

/**
 * The push endpoint of the dead-letter topic: notes each message that was given up, for the overview of operators.
 * Nothing else becomes of it here: the topic's other subscription keeps it, and reconcile sees to its run. Where the
 * row cannot be written, Pub/Sub delivers the message again.
 */
export const deadLetterRoute = ({ append, now }: DeadLetterDependencies): Route => ({
  method: 'POST',
  path: '/dead-letters',
  handle: async (request) => {
    const message = await readPush(request, runMessageSchema);
    await append('dead_letters', { insertId: message.messageId, json: deadLetterRow(message, now()) });
    return { status: 204 };
  },
});

/** Which run it was about is unknown where the message cannot be read. */
export function deadLetterRow(message: PushMessage<RunMessage>, now: Date) {
  const { content, messageId, publishedAt, attributes } = message;
  const run = 'problem' in content ? undefined : content;
  // https://cloud.google.com/pubsub/docs/dead-letter-topics#how_dead_letter_topics_work
  const deliveries = Number(attributes.CloudPubSubDeadLetterSourceDeliveryCount);
  return {
    message_id: messageId,
    given_up_at: (publishedAt ?? now).toISOString(),
    tenant_id: run?.tenant_id ?? null,
    run_id: run?.run_id ?? null,
    pipeline: run?.pipeline ?? null,
    deliveries: Number.isInteger(deliveries) ? deliveries : null,
  };
}
