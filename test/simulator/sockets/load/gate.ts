/** Lets requests through while it is open. */
export interface Gate {
  readonly through: <T>(work: () => Promise<T>) => Promise<T>;
  /** Waits until no request is under way, does `work`, and opens again. */
  readonly whileClosed: (work: () => void) => Promise<void>;
  readonly underWay: () => number;
}

export function createGate(): Gate {
  let underWay = 0;
  let opening: Promise<void> | undefined;
  let onEmpty: (() => void) | undefined;
  return {
    underWay: () => underWay,
    async through(work) {
      while (opening !== undefined) await opening;
      underWay++;
      try {
        return await work();
      } finally {
        underWay--;
        if (underWay === 0) onEmpty?.();
      }
    },
    async whileClosed(work) {
      let open = () => {};
      opening = new Promise((resolve) => {
        open = resolve;
      });
      if (underWay > 0) {
        await new Promise<void>((resolve) => {
          onEmpty = resolve;
        });
      }
      onEmpty = undefined;
      work();
      opening = undefined;
      open();
    },
  };
}
