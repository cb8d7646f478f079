import type { Reach } from '../../shared/google/reach';
import { expectNoQuery } from '../../shared/http/parse';
import type { HttpReply } from '../../shared/http/reply';
import type { Route } from '../../shared/http/route';

export interface HealthDependencies {
  readonly reach: Reach;
  /** In milliseconds. */
  readonly monotonicMs: () => number;
}

/** For so long an outcome is told again: nobody needs a key to ask. */
const rememberedMs = 5_000;

/**
 * For load balancers and monitors, without a key. `/healthz`: this process answers. `/readyz`: so do BigQuery and
 * Pub/Sub; otherwise 503, and the body says which does not.
 */
export function healthRoutes({ reach, monotonicMs }: HealthDependencies): readonly Route[] {
  let last: { readonly at: number; readonly reply: Promise<HttpReply> } | undefined;
  return [
    {
      operation: 'showHealth',
      method: 'GET',
      path: '/healthz',
      handle: async (request) => {
        expectNoQuery(request);
        return { status: 200, body: { status: 'ok' } };
      },
    },
    {
      operation: 'showReadiness',
      method: 'GET',
      path: '/readyz',
      handle: async (request) => {
        expectNoQuery(request);
        const now = monotonicMs();
        if (last === undefined || now - last.at > rememberedMs) last = { at: now, reply: readiness(reach) };
        return last.reply;
      },
    },
  ];
}

async function readiness(reach: Reach): Promise<HttpReply> {
  const [bigquery, pubsub] = await Promise.all([reach.bigquery(), reach.pubsub()]);
  const told = (answers: boolean) => (answers ? 'ok' : 'unreachable');
  const isReady = bigquery && pubsub;
  return {
    status: isReady ? 200 : 503,
    body: { status: isReady ? 'ok' : 'unavailable', bigquery: told(bigquery), pubsub: told(pubsub) },
    ...(!isReady && { headers: { 'Retry-After': '5' } }),
  };
}
