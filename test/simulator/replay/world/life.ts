import type { Clock } from '../../../../shared/support/clock';
import type { Chance } from '../time/chance';
import type { Owner, VirtualTime } from '../time/virtual-time';

/** An instance of a function, from its start to its death. */
export interface Life extends Owner {
  readonly name: string;
  /** Its own clock, which differs from the others'. */
  readonly clock: Clock;
  /** Nothing that it does goes on from here. */
  readonly end: (where: string) => void;
}

/** By how much a clock may be ahead of BigQuery's, or behind. In milliseconds. */
export const largestSkewMs = 30_000;

export function beginLife(
  name: string,
  time: VirtualTime,
  chance: Chance,
  onDeath: (where: string) => void,
): Life {
  const skewMs = chance.between(-largestSkewMs, largestSkewMs);
  const life = {
    name,
    isOver: false,
    clock: { now: () => new Date(time.now() + skewMs), monotonicMs: time.now },
    end(where: string) {
      if (life.isOver) return;
      life.isOver = true;
      onDeath(where);
    },
  };
  return life;
}
