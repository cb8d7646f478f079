import type { QueryRows } from './job';

/** The rows of queries that are done, for further pages; the oldest are forgotten when they become too many or too old. */
export interface QueryResults {
  put(job: string, rows: QueryRows): void;
  get(job: string): QueryRows | undefined;
}

interface Entry {
  readonly rows: QueryRows;
  readonly cells: number;
  readonly added: number;
}

/** About 100 bytes each: some 100 MB at most. */
const cellLimit = 1_000_000;
/** What a result costs besides its cells. */
const overheadCells = 100;
const keptMilliseconds = 60 * 60 * 1000;

export function createQueryResults(now: () => number = Date.now): QueryResults {
  const entries = new Map<string, Entry>();
  let cells = 0;
  function remove(job: string): void {
    const entry = entries.get(job);
    if (entry === undefined) return;
    cells -= entry.cells;
    entries.delete(job);
  }
  function trim(): void {
    for (const [job, entry] of entries) {
      if (entries.size <= 1 || (cells <= cellLimit && now() - entry.added < keptMilliseconds)) return;
      remove(job);
    }
  }
  return {
    put(job, rows) {
      remove(job);
      const size = overheadCells + rows.rows.length * Math.max(1, rows.schema.length);
      entries.set(job, { rows, cells: size, added: now() });
      cells += size;
      trim();
    },
    get: (job) => entries.get(job)?.rows,
  };
}
