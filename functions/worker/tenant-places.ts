import { ServiceError } from '../../shared/errors';
import type { PublishRun } from '../../shared/google/pubsub/publish-run';
import type { Log } from '../../shared/log';
import type { RunMessage } from '../../shared/runs/rules/run-identity';
import type { Clock } from '../../shared/support/clock';

/** What became of a run's delivery. A run that was handed over goes on by a message of its own. */
export type Worked = 'over' | 'handed over';

/** What a delivery without a place of its own came to; its message is acknowledged. */
export type Placeless = 'waits' | 'is under way here';

/**
 * Bounds how many runs of one tenant an instance works on at once, so that a tenant with many leaves room for the
 * others'. What finds no place waits in its slot of the tenant row: its message is acknowledged at once, so that it
 * blocks neither the instance nor what Pub/Sub has behind it. (A refusal would use up one of the message's few
 * attempts, and Pub/Sub would slow down for everybody.) Whoever gives up a place wakes what waits, by fresh messages.
 *
 * A run that has begun waits for nobody: its jobs may be done, and only a delivery begins its next step. So one that
 * was handed over always gets in, and its place is kept for it; one that is delivered again is the first to be woken.
 */
export interface TenantPlaces {
  /**
   * Does the work in a place of the run's tenant, or notes that the run waits for one. A run has one place here: another
   * message about it is left to the one that is worked on, whose own message comes again if it fails. `isRedelivered`: a
   * delivery of this message has failed. Throws what the work throws, and `unavailable` where more waits than this
   * instance can note.
   */
  readonly inPlace: (
    run: RunMessage,
    work: () => Promise<Worked>,
    isRedelivered?: boolean,
  ) => Promise<Worked | Placeless>;
}

export interface TenantPlacesOptions {
  /** Of one tenant, at once. */
  readonly most: number;
  /** Of all tenants. */
  readonly mostWaiting?: number;
  readonly publishRun: PublishRun;
  readonly monotonicMs: Clock['monotonicMs'];
  readonly log: Log;
}

interface Tenant {
  /** By run id. */
  readonly underWay: Map<string, Promise<Worked>>;
  /** By run id: until when a place is kept for the next delivery of a run that was handed over. */
  readonly keptUntil: Map<string, number>;
  /** By run id, the one that has waited longest first. Those that have begun are before all others. */
  readonly begunWaiting: Map<string, RunMessage>;
  readonly waiting: Map<string, RunMessage>;
  /** Messages that are being published. */
  waking: number;
}

/** A few megabytes. */
const usualMostWaiting = 20_000;
/** One for the place that has become free, and one for an instance that has places: so a flood comes to more instances. */
const wokenByEach = 2;
/** A fresh message takes less to be delivered, unless to another instance: then the place is free after that. */
const keptMs = 15_000;

/**
 * Invariant: while runs of a tenant wait here, others of its runs are worked on here, and the last of them wakes all
 * that still wait. So nothing is forgotten while the instance lives and Pub/Sub takes messages. What the last one could
 * not wake is woken by the tenant's next run that ends here. Whatever becomes of this instance, reconcile publishes what
 * has not ended (isDue of shared/runs/rules/run-times.ts).
 */
export function createTenantPlaces({
  most,
  mostWaiting = usualMostWaiting,
  publishRun,
  monotonicMs,
  log,
}: TenantPlacesOptions): TenantPlaces {
  const tenants = new Map<string, Tenant>();
  let waits = 0;

  function tenantOf(tenantId: string): Tenant {
    const tenant = tenants.get(tenantId) ?? {
      underWay: new Map(),
      keptUntil: new Map(),
      begunWaiting: new Map(),
      waiting: new Map(),
      waking: 0,
    };
    tenants.set(tenantId, tenant);
    return tenant;
  }

  const waitingOf = ({ begunWaiting, waiting }: Tenant) => begunWaiting.size + waiting.size;

  function wait(tenant: Tenant, run: RunMessage): void {
    const { begunWaiting, waiting } = tenant;
    if (begunWaiting.has(run.run_id) || (waiting.has(run.run_id) && !run.has_begun)) return;
    stopWaiting(tenant, run.run_id);
    (run.has_begun ? begunWaiting : waiting).set(run.run_id, run);
    waits += 1;
  }

  function stopWaiting({ begunWaiting, waiting }: Tenant, runId: string): void {
    if (begunWaiting.delete(runId) || waiting.delete(runId)) waits -= 1;
  }

  function takeFirst(tenant: Tenant, count: number): readonly RunMessage[] {
    const first: RunMessage[] = [];
    for (const queue of [tenant.begunWaiting, tenant.waiting]) {
      for (const [runId, run] of queue) {
        if (first.length >= count) return first;
        stopWaiting(tenant, runId);
        first.push(run);
      }
    }
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
      if (!tenant.underWay.has(run.run_id)) wait(tenant, run);
    }
  }

  function keptPlaces({ keptUntil }: Tenant): number {
    const now = monotonicMs();
    for (const [runId, until] of keptUntil) if (until <= now) keptUntil.delete(runId);
    return keptUntil.size;
  }

  /** Whether a run that has not begun finds a place. Where none is worked on it does: nobody would wake it. */
  const hasPlace = (tenant: Tenant): boolean =>
    tenant.underWay.size === 0 || tenant.underWay.size + keptPlaces(tenant) < most;

  /** While somebody wakes, what could not be woken comes back to this tenant: it must be the one that others find. */
  const isIdle = (tenant: Tenant): boolean =>
    tenant.underWay.size + waitingOf(tenant) + tenant.waking + keptPlaces(tenant) === 0;

  async function giveUpPlace(tenant: Tenant, runId: string, worked: Worked): Promise<void> {
    tenant.underWay.delete(runId);
    if (worked === 'handed over') tenant.keptUntil.set(runId, monotonicMs() + keptMs);
    const isLast = tenant.underWay.size === 0;
    const woken = isLast ? waitingOf(tenant) : hasPlace(tenant) ? wokenByEach : 0;
    tenant.waking += 1;
    await Promise.all(takeFirst(tenant, woken).map((run) => wake(tenant, run)));
    tenant.waking -= 1;
    for (const [id, other] of tenants) if (isIdle(other)) tenants.delete(id);
  }

  return {
    inPlace: async (run, work, isRedelivered = false) => {
      const { tenant_id, run_id } = run;
      const tenant = tenantOf(tenant_id);
      const first = tenant.underWay.get(run_id);
      // Delivered again, it may be the very message that is worked on: it is not acknowledged before that.
      if (first !== undefined) return isRedelivered ? first : 'is under way here';
      tenant.keptUntil.delete(run_id);
      if (!run.has_begun && !hasPlace(tenant)) {
        if (waits >= mostWaiting)
          throw new ServiceError(
            'unavailable',
            'Too many runs wait here: the message has to be delivered again.',
          );
        wait(tenant, isRedelivered ? { ...run, has_begun: true } : run);
        return 'waits';
      }
      stopWaiting(tenant, run_id);
      let worked: Worked = 'over';
      const underWay = work();
      tenant.underWay.set(run_id, underWay);
      try {
        worked = await underWay;
        return worked;
      } finally {
        await giveUpPlace(tenant, run_id, worked);
      }
    },
  };
}
