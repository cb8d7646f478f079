import { setTimeout as sleep } from 'node:timers/promises';
import { v1 } from '@google-cloud/pubsub';
import { credentials } from '@grpc/grpc-js';
import { z } from 'zod';
import { createReadTenantState } from '../../../../shared/google/bigquery/tables/read-tenant-state';
import type { World } from '../world/world';

/**
 * Nothing has been delivered for this long: longer than the longest pause between two deliveries of a
 * message.
 */
const silenceMs = 3_000;

/** Waits until no tenant has a slot or an outcome that waits for the ledger, and nothing is delivered. False if `limitMs` was not enough. */
export async function untilQuiet(
  world: World,
  tenantIds: readonly string[],
  limitMs: number,
): Promise<boolean> {
  const giveUpAt = performance.now() + limitMs;
  const readState = createReadTenantState(world.bigquery);
  while (performance.now() < giveUpAt) {
    const states = await Promise.all(tenantIds.map((tenantId) => readState(tenantId)));
    const isQuiet = states.every((state) => !state?.active_runs.length && !state?.settled_runs.length);
    if (isQuiet && world.fleets.worker.idleMs() > silenceMs) return true;
    await sleep(200);
  }
  return false;
}

const pulledSchema = z.object({ receivedMessages: z.array(z.unknown()).default([]) });

/** How many messages a subscription still has; it is no longer pushed then. */
export async function countMessages(world: World, subscription: string): Promise<number> {
  await world.pubsub.subscription(subscription).modifyPushConfig({ pushEndpoint: '' });
  const [servicePath = '', port = ''] = (process.env.PUBSUB_EMULATOR_HOST ?? '').split(':');
  const subscriber = new v1.SubscriberClient({
    projectId: 'local',
    servicePath,
    port: Number(port),
    sslCreds: credentials.createInsecure(),
  });
  try {
    let count = 0;
    for (;;) {
      const [pulled]: readonly unknown[] = await subscriber.pull({
        subscription: `projects/local/subscriptions/${subscription}`,
        maxMessages: 1000,
        returnImmediately: true,
      });
      const { receivedMessages } = pulledSchema.parse(pulled);
      if (receivedMessages.length === 0) return count;
      count += receivedMessages.length;
    }
  } finally {
    await subscriber.close();
  }
}
