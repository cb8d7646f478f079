import type { Cell, Row } from '../model';
import type { QueryRows } from './job';

/**
 * The rows of finished queries, for further pages; the oldest are forgotten when they are too many or too
 * old.
 */
export interface QueryResults {
  put(job: string, rows: QueryRows): void;
  get(job: string): QueryRows | undefined;
}

interface Entry {
  readonly rows: QueryRows;
  readonly bytes: number;
  readonly added: number;
}

const byteLimit = 64 * 1024 * 1024;
const keptMilliseconds = 60 * 60 * 1000;
/** What a result costs besides its cells, and a cell besides its text; roughly. */
const overhead = { result: 1_000, cell: 32 };

/** The newest result is kept whatever its size. */
export function createQueryResults(now: () => number = () => performance.now()): QueryResults {
  const entries = new Map<string, Entry>();
  let bytes = 0;
  function remove(job: string): void {
    const entry = entries.get(job);
    if (entry === undefined) return;
    bytes -= entry.bytes;
    entries.delete(job);
  }
  function trim(): void {
    for (const [job, entry] of entries) {
      if (entries.size <= 1 || (bytes <= byteLimit && now() - entry.added < keptMilliseconds)) return;
      remove(job);
    }
  }
  return {
    put(job, rows) {
      remove(job);
      const size = overhead.result + estimate(rows.rows);
      entries.set(job, { rows, bytes: size, added: now() });
      bytes += size;
      trim();
    },
    get: (job) => entries.get(job)?.rows,
  };
}

const sampledRows = 200;

/** Measures a sample of the rows where they are many. */
function estimate(rows: readonly Row[]): number {
  const step = Math.max(1, Math.floor(rows.length / sampledRows));
  let bytes = 0;
  let sampled = 0;
  for (let index = 0; index < rows.length; index += step) {
    bytes += sizeOf(rows[index] ?? []);
    sampled++;
  }
  return sampled === 0 ? 0 : (bytes / sampled) * rows.length;
}

function sizeOf(cells: readonly Cell[]): number {
  let bytes = overhead.cell;
  for (const cell of cells) {
    bytes += overhead.cell;
    if (cell !== null) bytes += typeof cell === 'string' ? cell.length : sizeOf(cell);
  }
  return bytes;
}
