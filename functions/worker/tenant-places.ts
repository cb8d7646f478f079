import { ServiceError } from '../../shared/errors';
import type { PublishRun } from '../../shared/google/pubsub/publish-run';
import type { Log } from '../../shared/log';
import type { RunMessage } from '../../shared/runs/rules/run-identity';

/** What became of a run's delivery. A run that was handed over goes on by a message of its own. */
export type Worked = 'over' | 'handed over';

/**
 * Bounds how many runs of one tenant an instance works on at once, so that a tenant with many leaves room for the
 * others'. What finds no place waits in its slot of the tenant row: its message is acknowledged at once, so that it
 * blocks neither the instance nor what Pub/Sub has behind it. (A refusal would use up one of the message's few
 * attempts, and Pub/Sub would slow down for everybody.) Whoever gives up a place wakes what waits, by fresh messages.
 */
export interface TenantPlaces {
  /**
   * Does the work in a place of the run's tenant, or notes that the run waits for one. Throws what the work throws, and
   * `unavailable` where more waits than this instance can note.
   */
  readonly inPlace: (run: RunMessage, work: () => Promise<Worked>) => Promise<Worked | 'waits'>;
}

export interface TenantPlacesOptions {
  /** Of one tenant, at once. */
  readonly most: number;
  /** Of all tenants. */
  readonly mostWaiting?: number;
  readonly publishRun: PublishRun;
  readonly log: Log;
}

interface Tenant {
  running: number;
  /** By run id, the one that has waited longest first. */
  readonly waiting: Map<string, RunMessage>;
}

/** A few megabytes. */
const usualMostWaiting = 20_000;
/** One for the place that has become free, and one for an instance that has places: so a flood comes to more instances. */
const wokenByEach = 2;

/**
 * Invariant: while runs of a tenant wait here, others of its runs are worked on here, and the last of them wakes all
 * that still wait. So nothing is forgotten while the instance lives; if it dies, reconcile publishes what has not started.
 */
export function createTenantPlaces({
  most,
  mostWaiting = usualMostWaiting,
  publishRun,
  log,
}: TenantPlacesOptions): TenantPlaces {
  const tenants = new Map<string, Tenant>();
  let waits = 0;

  function wait({ waiting }: Tenant, run: RunMessage): void {
    if (waiting.has(run.run_id)) return;
    waiting.set(run.run_id, run);
    waits += 1;
  }

  function takeFirst({ waiting }: Tenant, count: number): readonly RunMessage[] {
    const first: RunMessage[] = [];
    for (const [runId, run] of waiting) {
      if (first.length >= count) break;
      waiting.delete(runId);
      first.push(run);
    }
    waits -= first.length;
    return first;
  }

  async function wake(tenant: Tenant, run: RunMessage): Promise<void> {
    try {
      await publishRun(run);
    } catch (error) {
      log('WARNING', 'A run that waits could not be woken; the next that ends tries again', {
        ...run,
        error,
      });
      wait(tenant, run);
    }
  }

  return {
    inPlace: async (run, work) => {
      const { tenant_id } = run;
      const tenant = tenants.get(tenant_id) ?? { running: 0, waiting: new Map<string, RunMessage>() };
      tenants.set(tenant_id, tenant);
      if (tenant.running >= most) {
        if (waits >= mostWaiting)
          throw new ServiceError(
            'unavailable',
            'Too many runs wait here: the message has to be delivered again.',
          );
        wait(tenant, run);
        return 'waits';
      }
      tenant.running += 1;
      let worked: Worked = 'over';
      try {
        worked = await work();
        return worked;
      } finally {
        tenant.running -= 1;
        // The place of a run that was handed over is for its next delivery.
        const woken = tenant.running === 0 ? tenant.waiting.size : worked === 'over' ? wokenByEach : 0;
        await Promise.all(takeFirst(tenant, woken).map((waiting) => wake(tenant, waiting)));
        if (tenant.running === 0 && tenant.waiting.size === 0) tenants.delete(tenant_id);
      }
    },
  };
}
