import { seededFraction } from '../../../../local/cloud/faults/faults';
import type { SimulatorOptions } from '../options';

export const pipelines = {
  look: 'simulated/example/look',
  append: 'simulated/example/append',
  fail: 'simulated/example/fail',
} as const;
export type PipelineName = keyof typeof pipelines;

export type Quota = number | null;
export interface TenantPlan {
  readonly tenantId: string;
  readonly monthly: Quota;
  readonly concurrent: Quota;
}

/** When a run is cancelled by its caller, and how often. */
export interface CancelPlan {
  readonly moment: 'at once' | 'while it runs' | 'after it';
  /** For a cancellation of a running run: how long after its caller was told of the run. */
  readonly afterMs: number;
  readonly times: 'once' | 'twice' | 'twice at once';
}

/** One run that somebody wants. */
export interface Wish {
  readonly index: number;
  readonly tenant: number;
  readonly pipeline: PipelineName;
  /** Without a key, under one, or under one by two requests at the same moment. */
  readonly keyed: 'no' | 'once' | 'twice';
  /** What comes later under the same key. */
  readonly later: 'nothing' | 'same' | 'another body';
  readonly laterMs: number;
  readonly cancel: CancelPlan | undefined;
}

export const wrongs = ['parameter', 'key', 'tenant', 'pipeline', 'json'] as const;
export type Wrong = (typeof wrongs)[number];

/** What happens at one moment of the workload; the next comes `pauseMs` later. */
export interface Wave {
  readonly wishes: readonly Wish[];
  readonly wrong?: { readonly tenant: number; readonly what: Wrong } | undefined;
  readonly quotas?:
    | { readonly tenant: number; readonly monthly: Quota; readonly concurrent: Quota }
    | undefined;
  /** Suspended until a few waves later. */
  readonly suspended?: number | undefined;
  readonly pauseMs: number;
}

/** The share of the runs that their callers cancel. */
const cancelledShare = 0.07;

type Draw = (purpose: string, ...which: readonly number[]) => number;

export function planTenants({ seed, runs, tenants }: SimulatorOptions): readonly TenantPlan[] {
  const draw: Draw = (purpose, ...which) => seededFraction(seed, purpose, ...which);
  return Array.from({ length: tenants }, (_, tenant) => ({
    tenantId: `tenant_${String(tenant + 1).padStart(3, '0')}`,
    ...drawQuotas(draw, runs / tenants, tenant, 0),
  }));
}

/** The waves of a simulation: the same for the same options. */
export function* planWaves(options: SimulatorOptions): Generator<Wave> {
  const { seed, runs, tenants } = options;
  const draw: Draw = (purpose, ...which) => seededFraction(seed, purpose, ...which);
  const pick = (count: number, purpose: string, number: number) => Math.floor(count * draw(purpose, number));
  let planned = 0;
  for (let number = 0; planned < runs; number++) {
    const isBurst = draw('burst', number) < 0.08;
    const size = Math.min(runs - planned, 1 + pick(isBurst ? 25 : 5, 'size', number));
    const tenant = pick(tenants, 'tenant', number);
    const wishes = Array.from({ length: size }, (_, place) =>
      // A burst comes from one tenant, other waves come from all.
      planWish(draw, planned + place, isBurst ? tenant : pick(tenants, 'of', planned + place)),
    );
    planned += size;
    const other = pick(tenants, 'other', number);
    yield {
      wishes,
      wrong:
        draw('wrong', number) < 0.12
          ? { tenant, what: wrongs[pick(wrongs.length, 'what', number)] ?? 'json' }
          : undefined,
      quotas:
        draw('quotas', number) < 0.1
          ? { tenant: other, ...drawQuotas(draw, runs / tenants, other, number + 1) }
          : undefined,
      suspended: draw('suspend', number) < 0.02 ? pick(tenants, 'whom', number) : undefined,
      pauseMs: 120 * draw('pause', number),
    };
  }
}

function planWish(draw: Draw, index: number, tenant: number): Wish {
  const kind = draw('pipeline', index);
  const keyed = draw('keyed', index);
  const later = draw('later', index);
  return {
    index,
    tenant,
    pipeline: kind < 0.35 ? 'look' : kind < 0.9 ? 'append' : 'fail',
    keyed: keyed < 0.6 ? 'no' : keyed < 0.8 ? 'once' : 'twice',
    later: keyed < 0.6 || later < 0.4 ? 'nothing' : later < 0.75 ? 'same' : 'another body',
    laterMs: 6_000 * draw('later-ms', index) ** 2,
    cancel: draw('cancel', index) < cancelledShare ? planCancel(draw, index) : undefined,
  };
}

function planCancel(draw: Draw, index: number): CancelPlan {
  const moment = draw('cancel-moment', index);
  const times = draw('cancel-times', index);
  return {
    moment: moment < 0.3 ? 'at once' : moment < 0.8 ? 'while it runs' : 'after it',
    afterMs: 800 * draw('cancel-after', index) ** 2,
    times: times < 0.5 ? 'once' : times < 0.75 ? 'twice' : 'twice at once',
  };
}

/** A third has no monthly quota; a third of the others uses its quota up before the month is over. */
function drawQuotas(draw: Draw, share: number, tenant: number, change: number) {
  const monthly = draw('monthly', tenant, change);
  const concurrent = draw('concurrent', tenant, change);
  return {
    monthly: monthly < 0.35 ? null : Math.ceil(share * (0.2 + 1.2 * (monthly - 0.35))),
    concurrent: concurrent < 0.2 ? null : 2 + Math.floor(10 * (concurrent - 0.2)),
  };
}
