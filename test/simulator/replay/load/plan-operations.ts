import { createChance } from '../time/chance';
import type { PipelineName } from '../world/definitions';

/** An operation that somebody asks for. */
export interface OperationPlan {
  readonly index: number;
  readonly tenant: number;
  /** Which of the tenant's keys asks. */
  readonly key: number;
  /** Milliseconds after the beginning. */
  readonly at: number;
  readonly what:
    | {
        readonly kind: 'backfill';
        readonly pipeline: PipelineName;
        readonly to: string;
        readonly limit: number;
      }
    | {
        readonly kind: 'bulk-rerun';
        readonly filter: { readonly status: string } | { readonly all: true };
        readonly from: 'start' | 'failed_step';
        readonly limit: number;
      }
    | {
        readonly kind: 'bulk-cancel';
        readonly filter: { readonly pipeline: string } | { readonly all: true };
      };
  /** What is done to it later. */
  readonly later: { readonly verb: 'abort' | 'pause'; readonly afterMs: number } | undefined;
  /** When an instance that works on operations dies, in milliseconds after it was asked for. */
  readonly deaths: readonly number[];
}

export const firstDate = '2026-01-01';
const minuteMs = 60_000;

/** Which operations there are, by the seed: by draws of their own, so that all else of a seed is what it was. */
export function planOperations(
  seed: number,
  of: { readonly tenants: number; readonly keys: number; readonly lastsMs: number },
): readonly OperationPlan[] {
  const chance = createChance(seed * 2 + 4_000_001);
  const whats: readonly (() => OperationPlan['what'])[] = [
    () => ({
      kind: 'backfill',
      pipeline: chance.pick(['look', 'append', 'append', 'single', 'fail'] as const),
      to: `2026-01-${String(chance.between(1, 12)).padStart(2, '0')}`,
      limit: chance.between(1, 5),
    }),
    () => ({
      kind: 'bulk-rerun',
      filter: chance.happens(0.5)
        ? { all: true }
        : { status: chance.pick(['FAILED', 'COMPLETED', 'CANCELLED']) },
      from: chance.pick(['start', 'failed_step'] as const),
      limit: chance.between(1, 5),
    }),
    () => ({
      kind: 'bulk-cancel',
      filter: chance.happens(0.5) ? { all: true } : { pipeline: 'simulated/example/append' },
    }),
  ];
  return Array.from({ length: chance.between(0, 3) }, (_, index) => ({
    index,
    tenant: chance.between(0, of.tenants - 1),
    key: chance.between(0, of.keys - 1),
    at: chance.between(0, of.lastsMs),
    what: chance.pick(whats)(),
    later: chance.happens(0.4)
      ? { verb: chance.pick(['abort', 'pause'] as const), afterMs: chance.mostlyShort(0, 10 * minuteMs) }
      : undefined,
    deaths: Array.from({ length: chance.between(0, 3) }, () => chance.mostlyShort(500, 5 * minuteMs)),
  }));
}
