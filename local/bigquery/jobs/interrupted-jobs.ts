import type { SqlEngine, TableReference } from '../model';
import type { Store } from '../store/store';
import type { CommittedJob } from '../store/table-state';
import { rowsOfDestination } from './destination';
import { jobKey, type KeptOutcome } from './job';
import type { JobRecord } from './job-book';
import { outputPlan } from './query-statistics';

/**
 * The outcome of a job that was under way when the process ended. A job is recorded before it begins, and its
 * effect carries its name in the same write: if the effect is there, the job succeeded, else it failed and
 * did nothing. It is never run again: its caller sees the failure and starts another one. A script commits
 * per statement, so one that was cut short has failed, as on BigQuery, with its first statements done.
 */
export async function outcomeOfInterrupted(
  store: Store,
  engine: SqlEngine,
  { reference, configuration, creationTime }: JobRecord,
): Promise<KeptOutcome> {
  const committed = store.findCommit(jobKey(reference), creationTime);
  const { load, query, extract, copy } = configuration;
  const times = { startTime: creationTime, endTime: Math.max(creationTime, Date.now()) };
  if (extract !== undefined)
    return { ...times, error: interrupted('Its file is whole or as it was before.'), statistics: {} };
  const script =
    query !== undefined && committed !== undefined && (await isScript(engine, store, query.query));
  if (committed === undefined || script) {
    const what = script
      ? 'Statements before the interruption have taken effect.'
      : 'Nothing of it has taken effect.';
    return { ...times, error: interrupted(what), statistics: {} };
  }
  if (load !== undefined) {
    const table = { projectId: store.projectId, ...load.destinationTable };
    return { ...times, statistics: { load: { outputRows: String(rowsBrought(store, table, committed)) } } };
  }
  if (copy !== undefined) return { ...times, statistics: { copy: { copiedRows: String(committed.rows) } } };
  const destination = query?.destinationTable && { projectId: store.projectId, ...query.destinationTable };
  if (destination === undefined) return { ...times, statistics: { query: statisticsOf(committed) } };
  const rows = rowsBrought(store, destination, committed);
  return { ...times, statistics: { query: { cacheHit: false, ...outputPlan(rows) } }, destination };
}

/** How many rows a job wrote. A commit that replaces a partition holds the table's other rows as well. */
const rowsBrought = (store: Store, table: TableReference, { kind, rows }: CommittedJob): number =>
  kind === 'replace' ? (rowsOfDestination(store, table)?.rows.length ?? 0) : rows;

/**
 * Only an INSERT's rows can be counted: a commit of UPDATE, DELETE or MERGE holds all of the table's rows.
 */
function statisticsOf({ kind, rows }: CommittedJob): Record<string, unknown> {
  if (kind !== 'append') return { cacheHit: false };
  const dmlStats = { insertedRowCount: String(rows), updatedRowCount: '0', deletedRowCount: '0' };
  return { cacheHit: false, numDmlAffectedRows: String(rows), dmlStats };
}

function interrupted(what: string): NonNullable<KeptOutcome['error']> {
  return { reason: 'backendError', message: `Job was interrupted by a restart of the server. ${what}` };
}

async function isScript(engine: SqlEngine, { projectId }: Store, sql: string): Promise<boolean> {
  try {
    const { statementType } = await engine.analyze({ sql, projectId, parameters: [] });
    return statementType === 'SCRIPT';
  } catch {
    // The tables that it names may be gone by now, so the text decides.
    return /;\s*\S/.test(sql);
  }
}
