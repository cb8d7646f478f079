import { setTimeout as sleep } from 'node:timers/promises';
import { seededFraction } from '../../../../local/cloud/faults/faults';
import { rfc3339 } from '../../../../local/cloud/scheduler/attempt';
import { send } from '../load/client';
import { reconcileRule, type World } from './world';

/** What reconcile said it did. */
export interface Reconciled {
  calls: number;
  unanswered: number;
  released: number;
  republished: number;
  expired: number;
  repaired: number;
}

export interface Scheduler {
  readonly reconciled: Readonly<Reconciled>;
  readonly stop: () => Promise<void>;
}

/**
 * Calls reconcile at its interval, now and then two at once, and never while the last calls are under way.
 */
export function startScheduler(seed: number, world: World): Scheduler {
  const reconciled: Reconciled = {
    calls: 0,
    unanswered: 0,
    released: 0,
    republished: 0,
    expired: 0,
    repaired: 0,
  };
  let isStopping = false;

  const call = async (name: string) => {
    const answer = await send({ name, url: `${world.fleets.reconcile.url}/` });
    reconciled.calls++;
    if (answer.kind === 'unanswered') {
      reconciled.unanswered++;
      return;
    }
    for (const done of ['released', 'republished', 'expired', 'repaired'] as const) {
      reconciled[done] += Number(answer.body[done] ?? 0);
    }
    if (Number(answer.body.repaired ?? 0) > 0) {
      world.journal.violate('counters need no repair', `reconcile: ${JSON.stringify(answer.body)}`);
    }
  };

  const tick = async () => {
    for (let round = 0; !isStopping; round++) {
      const began = performance.now();
      const isTwice = seededFraction(seed, 'two at once', round) < 0.3;
      await Promise.all([call(`reconcile ${round}`), ...(isTwice ? [call(`reconcile ${round} again`)] : [])]);
      while (!isStopping && performance.now() - began < reconcileRule.intervalMs) await sleep(50);
    }
  };
  const ticking = tick();
  return {
    reconciled,
    async stop() {
      isStopping = true;
      await ticking;
    },
  };
}

/** Like Cloud Scheduler: calls again until it has succeeded. */
export async function resetQuotas(world: World): Promise<void> {
  const now = world.clock.now();
  const scheduled = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 1, 0, 5));
  for (let attempt = 0; attempt < 20; attempt++) {
    const answer = await send({
      name: `reset-quotas ${attempt}`,
      url: `${world.fleets['reset-quotas'].url}/`,
      headers: { 'X-CloudScheduler-ScheduleTime': rfc3339(scheduled) },
    });
    if (answer.kind === 'answered' && answer.status === 200) return;
    await sleep(200);
  }
  world.journal.violate('quotas can be reset', `20 calls failed for ${rfc3339(scheduled)}`);
}
