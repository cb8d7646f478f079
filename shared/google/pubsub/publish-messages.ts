import type { BigQuery } from '@google-cloud/bigquery';
import { within } from '../../support/time-limits';
import { createBigQueryWithoutRetries } from '../bigquery/bigquery-client';
import { isNotFound, KnownFailure } from '../bigquery/failures';

export interface PubSubMessage {
  /** Base64. */
  readonly data: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/**
 * One request to Pub/Sub, not repeated. Throws its error, or after 2 s what counts as a broken connection: the
 * messages may arrive all the same. A topic that is missing is a fault of the deployment, and never looks like a
 * tenant that is gone.
 */
export type PublishMessages = (topic: string, messages: readonly PubSubMessage[]) => Promise<void>;

const longestRequestMs = 2_000;

/**
 * Publishes over Pub/Sub's REST interface, with the client that has the credentials already. Pub/Sub's own,
 * with gRPC and protocol buffers, would be more than half of a function's code and of its cold start.
 * https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish
 */
export const createPublishMessages =
  (
    client: BigQuery = createBigQueryWithoutRetries(),
    endpoint: string = pubSubEndpoint(process.env),
  ): PublishMessages =>
  async (topic, messages) => {
    const uri = `${endpoint}/v1/projects/{{projectId}}/topics/${topic}:publish`;
    try {
      await within(longestRequestMs, 'Pub/Sub', send(client, uri, { messages }));
    } catch (error) {
      if (!isNotFound(error)) throw error;
      const message = `There is no topic '${topic}'`;
      const failure = { kind: 'permanent', code: 'internal', reason: 'topicNotFound', message } as const;
      throw new KnownFailure(failure, { cause: error });
    }
  };

/** JSON as a message carries it. */
export const messageData = (json: object): string => Buffer.from(JSON.stringify(json)).toString('base64');

/** As in Google's Pub/Sub clients, PUBSUB_EMULATOR_HOST is the host and port of a server without TLS. */
export const pubSubEndpoint = ({ PUBSUB_EMULATOR_HOST }: NodeJS.ProcessEnv): string =>
  PUBSUB_EMULATOR_HOST === undefined ? 'https://pubsub.googleapis.com' : `http://${PUBSUB_EMULATOR_HOST}`;

const send = (client: BigQuery, uri: string, json: object): Promise<void> =>
  new Promise((resolve, reject) => {
    client.request({ method: 'POST', uri, json }, (error) => {
      if (error) reject(error);
      else resolve();
    });
  });
