import type { Step } from '../../definitions/schemas/pipeline-schema';
import { findTextReads } from '../../definitions/sql/text-reads';
import { findAncestors } from './dag';

/**
 * The steps that write the run's final tables: those of which no later step makes another table. What a step
 * loads so that a query can work on it is not what the run is for; checks, exports and queries without a
 * destination make no table. A step is later if it needs the other one, directly or through others. Rows are
 * counted by step: a table that two steps write is final by the rows of those that nothing is made of.
 */
export function findFinalSteps(steps: readonly Step[]): ReadonlySet<string> {
  const makers = steps.filter((step) => tableOf(step) !== undefined);
  const isUsed = (maker: Step): boolean =>
    makers.some(
      (other) =>
        other.id !== maker.id &&
        findAncestors(steps, other.id).has(maker.id) &&
        tablesReadBy(other).has(tableOf(maker) ?? ''),
    );
  return new Set(makers.filter((maker) => !isUsed(maker)).map(({ id }) => id));
}

/**
 * How many rows a run wrote: what its final tables got, and not what its steps wrote on the way. A run that makes no
 * table counts what its exports wrote.
 */
export function countFinalRows(
  steps: readonly Step[],
  written: readonly { readonly stepId: string; readonly rowsWritten: number }[],
): number {
  const final = findFinalSteps(steps);
  const counted = final.size === 0 ? written : written.filter(({ stepId }) => final.has(stepId));
  return counted.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
}

/** The table that a step writes to, in small letters. */
export const tableOf = (step: Step): string | undefined =>
  'destination' in step ? step.destination?.table.toLowerCase() : undefined;

const tablesReadBy = (step: Step): ReadonlySet<string> =>
  step.type === 'query' ? plainTablesIn(step.sql) : new Set();

/** The tables that a text names, in small letters; of the tenant are those without a dataset. */
export function plainTablesIn(sql: string): ReadonlySet<string> {
  const reads = findTextReads(sql);
  if (!Array.isArray(reads)) return new Set();
  return new Set(
    reads
      .filter(({ kind }) => kind === 'plain table')
      .map(({ name }) => name.replaceAll('`', '').toLowerCase()),
  );
}
