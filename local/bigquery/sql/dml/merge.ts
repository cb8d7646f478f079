import type { Cell, Row, StatementResult, TableSnapshot } from '../../model';
import type { EngineContext } from '../engine-context';
import { bytesProcessed, tableBytes } from '../evaluate/bytes-processed';
import type { Scope } from '../scope';
import { referencedTables } from '../select';
import { type ChangingStatement, changeTable, check, type Decision, targetReference } from './change-table';
import { distinct } from './insert';
import { clausesOf, type MergeClause } from './merge-clauses';
import { type MergeInput, type MergeTables, mergeInput, runClause } from './merge-queries';
import { severalSources, targetAlias } from './update';

interface Outcome {
  /** What becomes of target rows, by place: new cells, or gone. */
  readonly changed: ReadonlyMap<number, Row | undefined>;
  readonly inserted: readonly Row[];
}

/**
 * MERGE. The source is read once; then one query pairs source and target rows, and one query per WHEN clause works on
 * the rows that are left to it. Each row goes to the first clause that takes it.
 */
export async function runMerge(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  dry: boolean,
): Promise<StatementResult> {
  const target = targetReference(scope, changing);
  return changeTable(scope, target, dry, async (current, inside) => {
    await check(context, inside, changing);
    const clauses = clausesOf(changing, current.schema, targetAlias(changing));
    const input = await mergeInput(context, inside, changing, current, dry);
    const outcome = dry
      ? { changed: new Map(), inserted: [] }
      : await applyClauses(context, inside, changing, input, clauses);
    const { change, result } = decision(current, outcome);
    return {
      change,
      result: {
        statementType: 'MERGE',
        ...(!dry && { dmlStats: result }),
        referencedTables: [target, ...referencedTables(input.plans)].filter(distinct),
        bytesProcessed: bytesProcessed(input.plans, inside) + (mayChange(clauses) ? tableBytes(current) : 0),
      },
    };
  });
}

function mayChange(clauses: readonly MergeClause[]): boolean {
  return clauses.some(({ action }) => action !== 'INSERT');
}

async function applyClauses(
  context: EngineContext,
  scope: Scope,
  changing: ChangingStatement,
  input: MergeInput,
  clauses: readonly MergeClause[],
): Promise<Outcome> {
  const changed = new Map<number, Row | undefined>();
  const inserted: { readonly source: number; readonly row: Row }[] = [];
  const tables: MergeTables = { context, scope, changing, input };
  for (const clause of clauses) {
    const earlier = clauses.slice(0, clauses.indexOf(clause)).filter(({ match }) => match === clause.match);
    for (const found of await runClause(tables, clause, earlier)) {
      if (clause.action === 'INSERT') {
        inserted.push({ source: found.source, row: clause.apply([], found.values) });
        continue;
      }
      if (changed.has(found.target)) throw severalSources(changing);
      const row: readonly Cell[] = input.current.rows[found.target] ?? [];
      changed.set(found.target, clause.action === 'DELETE' ? undefined : clause.apply(row, found.values));
    }
  }
  inserted.sort((left, right) => left.source - right.source);
  return { changed, inserted: inserted.map(({ row }) => row) };
}

function decision(
  current: TableSnapshot,
  { changed, inserted }: Outcome,
): Decision<{ insertedRowCount: number; updatedRowCount: number; deletedRowCount: number }> {
  const deletedRowCount = [...changed.values()].filter((row) => row === undefined).length;
  const result = {
    insertedRowCount: inserted.length,
    updatedRowCount: changed.size - deletedRowCount,
    deletedRowCount,
  };
  if (changed.size === 0)
    return { change: inserted.length === 0 ? undefined : { kind: 'append', rows: inserted }, result };
  const rows = current.rows.flatMap((row, place) => {
    if (!changed.has(place)) return [row];
    const next = changed.get(place);
    return next === undefined ? [] : [next];
  });
  return { change: { kind: 'replace', rows: [...rows, ...inserted] }, result };
}
