/** Bytes that are set aside, at once or when others have given theirs back. */
export interface Reservation {
  /** Resolves once they are. */
  readonly granted: Promise<void>;
  /** Whether or not they were granted: they are no longer wanted. A second time it does nothing. */
  readonly giveBack: () => void;
}

/** How much may lie in a process's memory: on Cloud Run, files do as well. */
export interface ByteBudget {
  readonly reserve: (bytes: number) => Reservation;
}

/**
 * What is set aside never exceeds `total`. Who comes first is served first, so nobody waits for ever behind those who
 * want less; who wants more than there is gets all of it. Nobody may wait for a second reservation while holding one.
 */
export function createByteBudget(total: number): ByteBudget {
  let free = total;
  const waiting = new Set<{ readonly bytes: number; readonly grant: () => void }>();
  const grantThoseInTurn = () => {
    for (const next of waiting) {
      if (next.bytes > free) return;
      waiting.delete(next);
      free -= next.bytes;
      next.grant();
    }
  };
  return {
    reserve(wanted) {
      const bytes = Math.min(wanted, total);
      let isOver = false;
      let grant = () => {};
      const granted = new Promise<void>((resolve) => {
        grant = resolve;
      });
      const place = { bytes, grant };
      waiting.add(place);
      grantThoseInTurn();
      return {
        granted,
        giveBack() {
          if (isOver) return;
          isOver = true;
          if (!waiting.delete(place)) free += bytes;
          grantThoseInTurn();
        },
      };
    },
  };
}
