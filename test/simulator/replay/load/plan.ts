import { createChance } from '../time/chance';
import type { PipelineName } from '../world/definitions';
import { type OperationPlan, planOperations } from './plan-operations';
import { planSchedules, type SchedulePlan } from './plan-schedules';

/** A quota; null is unlimited. */
export type PlannedQuota = number | null;

export interface TenantPlan {
  readonly tenantId: string;
  readonly monthly: PlannedQuota;
  readonly concurrent: PlannedQuota;
  /** How many runs may wait. */
  readonly queue: number;
}

/** One run that somebody wants. */
export interface Wish {
  readonly index: number;
  readonly tenant: number;
  /** Milliseconds after the beginning. */
  readonly at: number;
  readonly pipeline: PipelineName;
  /** Seconds of head start in the queue. */
  readonly priority: number;
  /** Which of the tenant's keys asks. */
  readonly key: number;
  /** Without an Idempotency-Key, under one, or under one by two requests at the same moment. */
  readonly keyed: 'no' | 'once' | 'twice';
  /** What comes under the same Idempotency-Key so many milliseconds later. */
  readonly later: { readonly what: 'same' | 'another body'; readonly afterMs: number } | undefined;
  /** When its caller looks at the run, in milliseconds after it was told of it. */
  readonly looks: readonly number[];
  /** When its caller cancels the run, likewise; by how many requests at once. */
  readonly cancel: { readonly afterMs: number; readonly times: number } | undefined;
  /** When it is to be done again, likewise; by how many requests at once under one Idempotency-Key. */
  readonly rerun:
    | { readonly afterMs: number; readonly from: 'start' | 'failed_step'; readonly times: number }
    | undefined;
}

/** What an administrator does to a tenant. */
export interface Change {
  readonly at: number;
  readonly tenant: number;
  readonly what:
    | { readonly kind: 'quotas'; readonly monthly: PlannedQuota; readonly concurrent: PlannedQuota }
    | { readonly kind: 'suspend'; readonly forMs: number }
    | { readonly kind: 'revoke'; readonly key: number };
}

export interface Plan {
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly tenants: readonly TenantPlan[];
  readonly wishes: readonly Wish[];
  readonly changes: readonly Change[];
  readonly schedules: readonly SchedulePlan[];
  readonly operations: readonly OperationPlan[];
}

export const keysPerTenant = 3;
const runsPerTenant = 60;
const minuteMs = 60_000;
const monthEnd = Date.UTC(2026, 10, 1);

/** What is asked for, by the seed. Fewer runs are the first of more runs. */
export function planLoad(seed: number, runs: number): Plan {
  const chance = createChance(seed * 2 + 1);
  // Draws of their own: without queues and reruns a seed means what it meant.
  const ofQueues = createChance(seed * 2 + 1_000_001);
  const ofReruns = createChance(seed * 2 + 2_000_001);
  const quota = (share: number, least: number, most: number): PlannedQuota =>
    chance.happens(share) ? null : chance.between(least, most);
  const quotas = () => ({ monthly: quota(0.4, 5, runsPerTenant), concurrent: quota(0.25, 1, 9) });
  const tenants = Array.from({ length: 8 }, (_, index) => ({
    tenantId: `tenant_${index + 1}`,
    ...quotas(),
    queue: ofQueues.happens(0.4) ? 0 : ofQueues.between(1, 15),
  }));
  const anyTenant = () => chance.between(0, tenants.length - 1);
  // The month ends while requests are under way, or long after.
  const start = monthEnd - chance.between(0, 300 * minuteMs);
  const wishes: Wish[] = [];
  const changes: Change[] = [];
  const wish = (tenant: number, at: number, key: number) => {
    wishes.push(planWish(wishes.length, tenant, at, key));
  };
  let at = 0;
  while (wishes.length < runs) {
    at += chance.mostlyShort(0, 3 * minuteMs);
    const tenant = anyTenant();
    // A burst comes from one tenant, by one key or another.
    const size = chance.happens(0.1) ? chance.between(5, 25) : chance.between(1, 3);
    for (let place = 0; place < size && wishes.length < runs; place++) {
      wish(
        size > 3 ? tenant : anyTenant(),
        at + chance.between(0, 900),
        chance.between(0, keysPerTenant - 1),
      );
    }
    if (chance.happens(0.05)) changes.push({ at, tenant, what: { kind: 'quotas', ...quotas() } });
    if (chance.happens(0.02)) {
      changes.push({ at, tenant, what: { kind: 'suspend', forMs: chance.between(1_000, 10 * minuteMs) } });
    }
    // The last key stays, so that every tenant can go on.
    if (chance.happens(0.06)) {
      const key = chance.between(0, keysPerTenant - 2);
      changes.push({ at, tenant, what: { kind: 'revoke', key } });
      for (let more = chance.between(2, 6); more > 0 && wishes.length < runs; more--) {
        wish(tenant, at + chance.between(-5_000, 40_000), key);
      }
    }
  }
  const schedules = planSchedules(seed, tenants.length, at);
  const operations = planOperations(seed, { tenants: tenants.length, keys: keysPerTenant, lastsMs: at });
  const inOrder = wishes.toSorted((one, other) => one.at - other.at);
  return { start, tenants, wishes: inOrder, changes, schedules, operations };

  function planWish(index: number, tenant: number, when: number, key: number): Wish {
    const kind = chance.fraction();
    const keyed = chance.fraction();
    return {
      index,
      tenant,
      at: Math.max(0, when),
      key,
      priority: ofQueues.happens(0.3) ? ofQueues.between(1, 3_600) : 0,
      pipeline: ofQueues.happens(0.25)
        ? ((['single', 'wide', 'newest'] as const)[ofQueues.between(0, 2)] ?? 'single')
        : kind < 0.4
          ? 'look'
          : kind < 0.87
            ? 'append'
            : kind < 0.96
              ? 'fail'
              : 'long',
      keyed: keyed < 0.6 ? 'no' : keyed < 0.85 ? 'once' : 'twice',
      later:
        keyed < 0.6 || chance.happens(0.5)
          ? undefined
          : {
              what: chance.happens(0.7) ? 'same' : 'another body',
              afterMs: chance.mostlyShort(0, 20 * minuteMs),
            },
      looks: Array.from({ length: chance.between(0, 3) }, () => chance.mostlyShort(0, 5 * minuteMs)),
      cancel: chance.happens(0.12)
        ? { afterMs: chance.mostlyShort(0, 2 * minuteMs), times: chance.between(1, 2) }
        : undefined,
      rerun: ofReruns.happens(0.2)
        ? {
            afterMs: ofReruns.mostlyShort(0, 5 * minuteMs),
            from: ofReruns.happens(0.7) ? 'failed_step' : 'start',
            times: ofReruns.between(1, 2),
          }
        : undefined,
    };
  }
}
