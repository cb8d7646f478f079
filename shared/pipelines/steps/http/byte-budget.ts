/** Bytes that are set aside, at once or when others have given theirs back. */
export interface Reservation {
  /** Resolves once they are set aside. */
  readonly granted: Promise<void>;
  /** They are no longer wanted, whether granted or not. A second call does nothing. */
  readonly giveBack: () => void;
}

/** How many bytes may lie in a process's memory. On Cloud Run, files lie there as well. */
export interface ByteBudget {
  readonly reserve: (bytes: number) => Reservation;
}

/**
 * What is set aside never exceeds `total`. First come, first served: so nobody waits for ever behind those
 * who want less. Whoever wants more than `total` gets all of it. Nobody may wait for a second reservation
 * while holding one.
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
