import type { BigQuery } from '@google-cloud/bigquery';
import { createGroupCommit } from '../../runs/group-commit';
import type { RunMessage } from '../../runs/rules/run-identity';
import { within } from '../../support/time-limits';
import { traceAttributes } from '../../telemetry/context';
import { inSpan } from '../../telemetry/telemetry';
import { isRetryable } from '../bigquery/failures';
import { createPublishMessages, messageData, type PubSubMessage } from './publish-messages';

/**
 * Resolves once Pub/Sub has the message. Throws Pub/Sub's error, after 5 s at the latest. A message that
 * arrives later all the same does no harm.
 */
export type PublishRun = (message: RunMessage) => Promise<void>;

const longestPublishMs = 5_000;
/**
 * Pub/Sub takes 1,000 messages and 10 MB a request. https://cloud.google.com/pubsub/quotas#resource_limits
 */
const limits = { maximumItems: 500, maximumBytes: 1_000_000 };

/**
 * Publishes runs to the topic that wakes the worker. Messages published during a call go together in the next
 * one. One that is not answered is sent again, so it may come twice.
 */
export function createPublishRun(
  topicName: string,
  client?: BigQuery,
  endpoint?: string,
  longestMs: number = longestPublishMs,
): PublishRun {
  const publishMessages = createPublishMessages(client, endpoint);
  const submit = createGroupCommit<PubSubMessage, undefined>({
    commit: async (topic, messages) => {
      await publishMessages(topic, messages);
      return messages.map(() => ({ kind: 'done', result: undefined }));
    },
    isRetryable,
    // Later than the callers give up.
    budgetMs: longestMs + 1_000,
    initialBackoffMs: 100,
    maximumBackoffMs: 1_000,
    ...limits,
    bytesOf: ({ data, attributes }) => data.length + JSON.stringify(attributes).length,
  });
  const span = { 'messaging.system': 'gcp_pubsub', 'messaging.destination.name': topicName };
  return (message) =>
    inSpan(`send ${topicName}`, 'producer', span, async () => {
      const { tenant_id, run_id } = message;
      const published = submit(topicName, {
        data: messageData(message),
        attributes: { tenant_id, run_id, ...traceAttributes() },
      });
      await within(longestMs, 'Pub/Sub', published);
    });
}
