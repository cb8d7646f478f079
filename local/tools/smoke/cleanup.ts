/** What has to be removed at the end, whatever happens. */
export interface Cleanup {
  /** To be called before the thing is made. Throws once `close` was called, so that nothing is made any more. */
  readonly add: (what: string, remove: () => Promise<unknown>) => void;
  readonly close: () => void;
  /** Removes all of it, what came last first. Resolves to what could not be removed. */
  readonly removeAll: () => Promise<readonly string[]>;
}

export function createCleanup(): Cleanup {
  const stack: { what: string; remove: () => Promise<unknown> }[] = [];
  let isClosed = false;
  return {
    add(what, remove) {
      if (isClosed) throw new Error('Interrupted');
      stack.push({ what, remove });
    },
    close() {
      isClosed = true;
    },
    async removeAll() {
      const left: string[] = [];
      for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
        const { what } = next;
        await next.remove().catch((error: unknown) => {
          left.push(`${what}: ${error instanceof Error ? error.message : error}`);
        });
      }
      return left;
    },
  };
}
