import type { Faults } from '../../../../local/cloud/faults/faults';

/**
 * An instance's life. Everything it does to the world goes `through` it, so that it can end in the middle.
 */
export interface Life {
  readonly name: string;
  readonly isOver: () => boolean;
  /**
   * Does a call, unless death comes: then the promise never settles, as nothing in a dead process ever goes
   * on. What was on its way when death came may still take effect, as over a network.
   */
  readonly through: <T>(point: string, identity: string, work: () => Promise<T>) => Promise<T>;
}

/**
 * An instance dies before a call is made, or after it was answered and before anything came of the answer.
 */
const deaths = ['before', 'after'] as const;

/** @param fate decides which calls kill, from the seed; @param onDeath called once, with where it happened */
export function beginLife(name: string, fate: Faults, onDeath: (where: string) => void): Life {
  let isOver = false;
  const end = (where: string) => {
    if (isOver) return;
    isOver = true;
    onDeath(where);
  };
  return {
    name,
    isOver: () => isOver,
    async through(point, identity, work) {
      if (isOver) return never();
      const death = fate.next({ kind: point, identity }, deaths)?.kind;
      if (death === 'before') end(`before ${point} ${identity}`);
      if (isOver) return never();
      const [outcome] = await Promise.allSettled([work()]);
      if (death === 'after') end(`after ${point} ${identity}`);
      if (isOver) return never();
      if (outcome.status === 'rejected') throw outcome.reason;
      return outcome.value;
    },
  };
}

const never = (): Promise<never> => new Promise(() => {});
