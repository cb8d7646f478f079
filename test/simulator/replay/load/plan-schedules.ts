import { createChance } from '../time/chance';
import type { PipelineName } from '../world/definitions';

/** When runs are planned, as the API takes it. */
export type PlannedRule =
  | { readonly cron: string; readonly time_zone: string }
  | { readonly interval_seconds: number };

export interface SchedulePlan {
  readonly tenant: number;
  /** Milliseconds after the beginning. */
  readonly at: number;
  readonly pipeline: PipelineName;
  readonly rule: PlannedRule & {
    readonly missed: string;
    readonly overlap: string;
    readonly window_seconds: number;
  };
  /** One after the other, so many milliseconds after the one before. */
  readonly changes: readonly {
    readonly afterMs: number;
    readonly what:
      | { readonly kind: 'pause' | 'resume' | 'delete' }
      | { readonly kind: 'rule'; readonly rule: PlannedRule };
  }[];
}

const minuteMs = 60_000;
/** Their clocks show the same minutes of the hour, or those of half an hour later. */
const zones = ['Etc/UTC', 'Asia/Kolkata'] as const;

/** Which schedules there are, by the seed: by draws of their own, so that all else of a seed is what it was. */
export function planSchedules(seed: number, tenants: number, lastsMs: number): readonly SchedulePlan[] {
  const chance = createChance(seed * 2 + 3_000_001);
  const rule = (): PlannedRule =>
    chance.happens(0.5)
      ? { cron: `*/${chance.pick([2, 3, 5, 6])} * * * *`, time_zone: chance.pick(zones) }
      : { interval_seconds: 60 * chance.between(1, 10) };
  const changes = (kind: 'pause' | 'rule' | 'delete' | undefined): SchedulePlan['changes'] => {
    const afterMs = chance.between(minuteMs, Math.floor(lastsMs / 2) + minuteMs);
    if (kind === undefined) return [];
    if (kind === 'rule') return [{ afterMs, what: { kind, rule: rule() } }];
    const resumed = { afterMs: chance.mostlyShort(10_000, 20 * minuteMs), what: { kind: 'resume' } } as const;
    return [{ afterMs, what: { kind } }, ...(kind === 'pause' ? [resumed] : [])];
  };
  const policies = () => {
    const [missed, overlap] = [chance.pick(['skip', 'last', 'all']), chance.pick(['skip', 'allow'])];
    return { missed, overlap: missed === 'all' ? 'allow' : overlap };
  };
  return Array.from({ length: chance.between(0, 4) }, () => ({
    tenant: chance.between(0, tenants - 1),
    at: chance.between(0, Math.floor(lastsMs / 3)),
    pipeline: chance.pick(['look', 'append', 'newest', 'single', 'fail', 'long'] as const),
    rule: {
      ...rule(),
      ...policies(),
      window_seconds: chance.happens(0.3) ? chance.between(60, 600) : 0,
    },
    changes: changes(chance.happens(0.5) ? chance.pick(['pause', 'pause', 'rule', 'delete']) : undefined),
  }));
}
