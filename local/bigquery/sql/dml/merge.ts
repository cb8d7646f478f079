import type { Cell, DmlStats, Row, StatementResult, TableChange, TableSnapshot } from '../../model';
import type { StatementRun } from '../engine-context';
import { changeTable, severalSources } from './change-table';
import { clausesOf, type MergeClause } from './merge-clauses';
import { type MergeInput, mergeInput, runClause } from './merge-queries';

/**
 * MERGE. The source is read once; then one query pairs source and target rows, and one query per WHEN clause
 * works on the rows that are left to it. Each row goes to the first clause that takes it.
 */
export function runMergeStatement(statement: StatementRun): Promise<StatementResult> {
  return changeTable('MERGE', statement, async (current, run) => {
    const clauses = clausesOf(run, current.schema);
    const input = await mergeInput(run, current);
    const outcome = run.dry ? unchanged : await applyClauses(run, input, clauses);
    return {
      ...changeOf(current, outcome),
      plans: input.plans,
      processesTarget: clauses.some(({ action }) => action !== 'INSERT'),
    };
  });
}

interface MergedRows {
  /** What becomes of target rows, by place: new cells, or gone. */
  readonly changed: ReadonlyMap<number, Row | undefined>;
  readonly inserted: readonly Row[];
}

const unchanged: MergedRows = { changed: new Map(), inserted: [] };

async function applyClauses(
  run: StatementRun,
  input: MergeInput,
  clauses: readonly MergeClause[],
): Promise<MergedRows> {
  const changed = new Map<number, Row | undefined>();
  const inserted: { readonly source: number; readonly row: Row }[] = [];
  for (const [position, clause] of clauses.entries()) {
    const earlier = clauses.slice(0, position).filter(({ match }) => match === clause.match);
    for (const found of await runClause(run, input, clause, earlier)) {
      if (clause.action === 'INSERT') {
        inserted.push({ source: found.source, row: clause.apply([], found.values) });
        continue;
      }
      if (changed.has(found.target)) throw severalSources(run);
      const row: readonly Cell[] = input.current.rows[found.target] ?? [];
      changed.set(found.target, clause.action === 'DELETE' ? undefined : clause.apply(row, found.values));
    }
  }
  inserted.sort((left, right) => left.source - right.source);
  return { changed, inserted: inserted.map(({ row }) => row) };
}

function changeOf(
  current: TableSnapshot,
  { changed, inserted }: MergedRows,
): { readonly change: TableChange | undefined; readonly counts: DmlStats } {
  const deletedRowCount = [...changed.values()].filter((row) => row === undefined).length;
  const counts = {
    insertedRowCount: inserted.length,
    updatedRowCount: changed.size - deletedRowCount,
    deletedRowCount,
  };
  if (changed.size === 0)
    return { change: inserted.length === 0 ? undefined : { kind: 'append', rows: inserted }, counts };
  const rows = current.rows.flatMap((row, place) => {
    if (!changed.has(place)) return [row];
    const next = changed.get(place);
    return next === undefined ? [] : [next];
  });
  return { change: { kind: 'replace', rows: [...rows, ...inserted] }, counts };
}
