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
  /** To be called when a look begins: gives what tells of its sight what exceeds a quota, or undefined. */
  readonly look: () => (sight: Sight) => string | undefined;
}

const orUnlimited = (quota: Quota): number => quota ?? Number.POSITIVE_INFINITY;
const most = (quotas: readonly Quota[]): number => Math.max(0, ...quotas.map(orUnlimited));

/**
 * A quota may be exceeded only where it was lowered, by what there was already. Seen under a quota for the first time, a
 * tenant may have what it had at the sight before, or as much as the highest quota since then allowed. From then on,
 * whoever is above the quota may not grow: no run may be running that was not at the first sight.
 *
 * @param atFirst the quotas before any change
 */
export function createWatch(atFirst: Quotas): Watch {
  let before: { sight: Sight; running: ReadonlySet<string>; used: number } | undefined;
  /** Changes that may have come into force since the last sight; the latest may still be on its way. */
  let changes: Quotas[] = [atFirst];

  const judge = (sight: Sight, changesBefore: readonly Quotas[]): string | undefined => {
    const last = before;
    const isNew =
      last === undefined ||
      changes.length > 1 ||
      last.sight.concurrent !== sight.concurrent ||
      last.sight.monthly !== sight.monthly;
    const isNewMonth = isNew || last.sight.month !== sight.month;
    const running = isNew ? new Set(sight.running) : last.running;
    const used = isNewMonth ? sight.used : last.used;
    const earlier: readonly Quotas[] = [...(last ? [last.sight] : []), ...changes];
    before = { sight, running, used };
    // One that was asked for while this look was under way may have come into force after it.
    const latestBefore = changesBefore.at(-1);
    if (latestBefore !== undefined) changes = changes.slice(changes.indexOf(latestBefore));

    const added = sight.running.filter((runId) => !running.has(runId));
    const over = { running: sight.running.length, used: sight.used };
    const mayRun = isNew
      ? Math.max(last?.sight.running.length ?? 0, most(earlier.map(({ concurrent }) => concurrent)))
      : Number.POSITIVE_INFINITY;
    const mayUse = isNewMonth
      ? Math.max(
          last?.sight.month === sight.month ? last.sight.used : 0,
          most(earlier.map(({ monthly }) => monthly)),
        )
      : used;
    const isOverRunning =
      over.running > orUnlimited(sight.concurrent) && (added.length > 0 || over.running > mayRun);
    const isOverUsed = over.used > orUnlimited(sight.monthly) && over.used > mayUse;
    if (!isOverRunning && !isOverUsed) return undefined;
    return `${over.running} running of ${sight.concurrent}, ${over.used} of ${sight.monthly} in ${sight.month}; before: ${inWords(last?.sight)}, changes: ${changes.map(inWords).join()}; new: ${added.join()}`;
  };

  return {
    asked: (quotas) => changes.push(quotas),
    look() {
      const changesBefore = [...changes];
      return (sight) => judge(sight, changesBefore);
    },
  };
}

const inWords = (quotas: Quotas | undefined): string =>
  quotas === undefined ? 'nothing' : `${quotas.concurrent} at once and ${quotas.monthly} a month`;
