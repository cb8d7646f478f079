/** How long calls of each kind took. */
export interface CallTimes {
  readonly measured: <T>(kind: string, work: () => Promise<T>) => Promise<T>;
  /** A line for each kind whose name begins so, in the order in which they came. */
  readonly lines: (prefix?: string) => readonly string[];
}

export function createCallTimes(nowMs: () => number): CallTimes {
  const kinds = new Map<string, number[]>();
  return {
    async measured(kind, work) {
      const begin = nowMs();
      try {
        return await work();
      } finally {
        const times = kinds.get(kind) ?? [];
        kinds.set(kind, times);
        times.push(nowMs() - begin);
      }
    },
    lines: (prefix = '') =>
      [...kinds].flatMap(([kind, times]) => (kind.startsWith(prefix) ? [lineOf(kind, times)] : [])),
  };
}

function lineOf(kind: string, times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  const figures =
    sorted.length === 1 ? `${at(0)} ms` : `median ${at(0.5)} ms, slowest ${at(1)} ms, of ${sorted.length}`;
  return `${kind.padEnd(44)} ${figures}`;
}
