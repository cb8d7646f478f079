import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { within } from '../support/time-limits';
import { pubSubEndpoint } from './pubsub/publish-messages';

/** Whether Google's services answer at all; what they answer is of no interest. */
export interface Reach {
  readonly bigquery: () => Promise<boolean>;
  readonly pubsub: () => Promise<boolean>;
}

const longestMs = 2_000;
const answeredSchema = z.object({ code: z.number() });

/**
 * Asks what costs nothing and needs no rights of its own: for one dataset's name, and for the caller's rights
 * to the topic. Waits 2 s for an answer. Its client is made when it is asked first: few instances ever are.
 */
export function createReach(createClient: () => BigQuery, topic: string): Reach {
  let client: BigQuery | undefined;
  const asked = () => {
    client ??= createClient();
    return client;
  };
  const topicUri = `${pubSubEndpoint(process.env)}/v1/projects/{{projectId}}/topics/${topic}`;
  const json = { permissions: ['pubsub.topics.publish'] };
  return {
    bigquery: () => answers('BigQuery', asked(), { uri: '/datasets?maxResults=1' }),
    pubsub: () =>
      answers('Pub/Sub', asked(), { method: 'POST', uri: `${topicUri}:testIamPermissions`, json }),
  };
}

/** A refusal is an answer, too, and so is 501: that it is not known here. */
const isAnswer = (status: number): boolean => status < 500 || status === 501;

const answers = (
  what: string,
  client: BigQuery,
  request: Parameters<BigQuery['request']>[0],
): Promise<boolean> =>
  within(
    longestMs,
    what,
    new Promise<boolean>((resolve) => {
      client.request(request, (error) => {
        const { data } = answeredSchema.safeParse(error);
        resolve(error === null || (data !== undefined && isAnswer(data.code)));
      });
    }),
  ).catch(() => false);
