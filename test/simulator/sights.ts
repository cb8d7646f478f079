import type { Quota } from './workload';

/** A tenant row as it stood at one instant. */
export interface Sight {
  readonly monthly: Quota;
  readonly concurrent: Quota;
  /** Run ids of the slots whose lease has not ended. */
  readonly running: readonly string[];
  /** The month that `used` counts. */
  readonly month: string;
  readonly used: number;
}

export interface Quotas {
  readonly monthly: Quota;
  readonly concurrent: Quota;
}

/** Judges what is seen of one tenant, sight after sight. */
export interface Watch {
  /** A change of quotas is about to be asked for. */
  readonly asked: (quotas: Quotas) => void;
  /** What exceeds a quota, or undefined. */
  readonly judge: (sight: Sight) => string | undefined;
}

const orUnlimited = (quota: Quota): number => quota ?? Number.POSITIVE_INFINITY;
const most = (quotas: readonly Quota[]): number => Math.max(...quotas.map(orUnlimited));

/**
 * A quota may be exceeded only where it was lowered, by what there was already. Seen under a quota for the first time, a
 * tenant may have as much as the highest quota allowed since the sight before. From then on, whoever is above the quota
 * may not grow: no run may be running that was not at the first sight.
 */
export function createWatch(): Watch {
  let before: { sight: Sight; running: ReadonlySet<string>; used: number } | undefined;
  /** Changes that may have come into force since the last sight; the latest may still be on its way. */
  let changes: Quotas[] = [];

  return {
    asked: (quotas) => changes.push(quotas),
    judge(sight) {
      const last = before;
      const isNew =
        last === undefined ||
        changes.length > 1 ||
        last.sight.concurrent !== sight.concurrent ||
        last.sight.monthly !== sight.monthly;
      const isNewMonth = isNew || last.sight.month !== sight.month;
      const earlier: readonly Quotas[] = [...(last ? [last.sight] : []), ...changes, sight];
      const running = isNew ? new Set(sight.running) : last.running;
      const used = isNewMonth ? sight.used : last.used;
      before = { sight, running, used };
      if (isNew) changes = changes.slice(-1);

      const added = sight.running.filter((runId) => !running.has(runId));
      const isOverRunning =
        sight.running.length > orUnlimited(sight.concurrent) &&
        (added.length > 0 || sight.running.length > most(earlier.map(({ concurrent }) => concurrent)));
      if (isOverRunning) {
        return `${sight.running.length} running, concurrent quota ${sight.concurrent}: ${sight.running.join()}`;
      }
      const isOverUsed =
        sight.used > orUnlimited(sight.monthly) &&
        (sight.used > used || sight.used > most(earlier.map(({ monthly }) => monthly)));
      if (isOverUsed) return `${sight.used} runs in ${sight.month}, monthly quota ${sight.monthly}`;
      return undefined;
    },
  };
}
