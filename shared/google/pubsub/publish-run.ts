import type { BigQuery } from '@google-cloud/bigquery';
import { createGroupCommit } from '../../runs/group-commit';
import type { RunMessage } from '../../runs/rules/run-identity';
import { within } from '../../support/time-limits';
import { traceAttributes } from '../../telemetry/context';
import { inSpan } from '../../telemetry/telemetry';
import { createBigQueryWithoutRetries } from '../bigquery/bigquery-client';
import { isRetryable } from '../bigquery/failures';

/**
 * Resolves once Pub/Sub has the message. Throws Pub/Sub's error, after 5 s at the latest. A message that
 * arrives later all the same does no harm.
 */
export type PublishRun = (message: RunMessage) => Promise<void>;

const longestPublishMs = 5_000;
/** A request without an answer by then is sent again, so a message may come twice. */
const longestRequestMs = 2_000;
/**
 * Pub/Sub takes 1,000 messages and 10 MB a request. https://cloud.google.com/pubsub/quotas#resource_limits
 */
const limits = { maximumItems: 500, maximumBytes: 1_000_000 };

interface PublishedMessage {
  readonly data: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * Publishes over Pub/Sub's REST interface, with the client that has the credentials already. Pub/Sub's own,
 * with gRPC and protocol buffers, would be more than half of a function's code and of its cold start.
 * Messages published during a call go together in the next one.
 * https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish
 */
export function createPublishRun(
  topicName: string,
  client: BigQuery = createBigQueryWithoutRetries(),
  endpoint: string = endpointOf(process.env),
): PublishRun {
  const submit = createGroupCommit<PublishedMessage, undefined>({
    commit: async (topic, messages) => {
      const uri = `${endpoint}/v1/projects/{{projectId}}/topics/${topic}:publish`;
      await within(longestRequestMs, 'Pub/Sub', send(client, uri, { messages }));
      return messages.map(() => ({ kind: 'done', result: undefined }));
    },
    isRetryable,
    // Later than the callers give up.
    budgetMs: longestPublishMs + 1_000,
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
        data: Buffer.from(JSON.stringify(message)).toString('base64'),
        attributes: { tenant_id, run_id, ...traceAttributes() },
      });
      await within(longestPublishMs, 'Pub/Sub', published);
    });
}

/** As in Google's Pub/Sub clients, PUBSUB_EMULATOR_HOST is the host and port of a server without TLS. */
const endpointOf = ({ PUBSUB_EMULATOR_HOST }: NodeJS.ProcessEnv): string =>
  PUBSUB_EMULATOR_HOST === undefined ? 'https://pubsub.googleapis.com' : `http://${PUBSUB_EMULATOR_HOST}`;

const send = (client: BigQuery, uri: string, json: object): Promise<void> =>
  new Promise((resolve, reject) => {
    client.request({ method: 'POST', uri, json }, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
