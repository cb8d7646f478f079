import { BigQueryError } from '../../bigquery-error';
import type { DmlStats, StatementResult, TableChange, TableReference, TableSnapshot } from '../../model';
import { tableNotFoundInQuery } from '../../not-found';
import type { StatementType } from '../../statement-types';
import { checkStatement, targetOfStatement } from '../analyse/analyse-statement';
import { distinctTables, type QueryPlan, referencedTables } from '../analyse/query-plan';
import { missingTable } from '../analyse/reachable-tables';
import { refuseOtherKind } from '../ddl/other-kinds';
import { child, spanOf, stringAt, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { bytesProcessed, tableBytes } from '../evaluate/bytes-processed';
import { invalidQuery } from '../parse/query-errors';
import { bytesAt, quotedPath } from '../parse/sql-text';
import { resolvePath, withCurrent } from '../scope';

/** What a DML statement does to its target, and what that took. */
interface TargetChange {
  readonly change: TableChange | undefined;
  /** How many rows it inserts, updates or deletes; what is left out is 0. */
  readonly counts: Partial<DmlStats>;
  readonly plans: readonly QueryPlan[];
  /** Whether the whole target counts as processed, besides what the plans read. */
  readonly processesTarget: boolean;
}

/**
 * Runs a DML statement: checks it, and lets `decide` work out the change from the target's present state,
 * which nobody else changes meanwhile. A dry run takes the last committed state and changes nothing.
 */
export async function changeTable(
  statementType: StatementType,
  run: StatementRun,
  decide: (current: TableSnapshot, run: StatementRun) => Promise<TargetChange>,
): Promise<StatementResult> {
  const { scope, dry } = run;
  const target = targetReference(run);
  const decided = async (current: TableSnapshot) => {
    refuseOtherKind(target, current, ['TABLE']);
    const inside = { ...run, scope: withCurrent(scope, target, current) };
    await checkStatement(inside);
    const outcome = await decide(current, inside);
    return { change: outcome.change, result: resultOf(statementType, inside, current, outcome) };
  };
  if (dry) {
    const current = scope.read(target);
    if (current === undefined)
      throw missingTable(scope, [target.projectId, target.datasetId, target.tableId]);
    return (await decided(current)).result;
  }
  return scope.store.mutate(target, async (current) => {
    if (current === undefined) throw tableNotFoundInQuery(target);
    return decided(current);
  });
}

function resultOf(
  statementType: StatementType,
  { scope, dry }: StatementRun,
  current: TableSnapshot,
  { counts, plans, processesTarget }: TargetChange,
): StatementResult {
  const dmlStats = { insertedRowCount: 0, updatedRowCount: 0, deletedRowCount: 0, ...counts };
  return {
    statementType,
    ...(!dry && { dmlStats }),
    referencedTables: distinctTables([current.reference, ...referencedTables(plans)]),
    bytesProcessed: bytesProcessed(plans, scope) + (processesTarget ? tableBytes(current, plans, scope) : 0),
  };
}

/** The table that a statement changes. Throws where its path is incomplete. */
function targetReference(run: StatementRun): TableReference {
  const path = targetPath(run);
  const reference = resolvePath(run.scope, path);
  if (reference === undefined) throw missingTable(run.scope, path);
  return reference;
}

function targetPath({ statement }: StatementRun): readonly string[] {
  const target = targetOfStatement(statement.node);
  if (target === undefined)
    throw new BigQueryError('notImplemented', 'Only whole tables can be changed by the local BigQuery.');
  return target.path;
}

/** The name that the target goes by in its statement. */
export function targetName(run: StatementRun): string {
  const alias = stringAt(child(run.statement.node, 'alias', 'identifier'), 'idString');
  return alias ?? targetPath(run).at(-1) ?? '';
}

/** The same as SQL text. */
export function targetAlias(run: StatementRun): string {
  return quotedPath([targetName(run)]);
}

/** `path AS alias` of the target. */
export function targetTable(run: StatementRun): string {
  return `${quotedPath(targetPath(run))} AS ${targetAlias(run)}`;
}

/** A statement's condition as SQL text; without one, all rows meet it. */
export function conditionText({ script }: StatementRun, condition: unknown): string {
  const place = spanOf(unwrap(condition)?.node);
  return place === undefined ? 'TRUE' : bytesAt(script, place);
}

/** UPDATE and MERGE have no answer to which of several source rows should count. */
export function severalSources({ script }: StatementRun): Error {
  return invalidQuery('UPDATE/MERGE must match at most one source row for each target row', script);
}
