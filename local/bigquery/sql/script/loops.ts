import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Field } from '../../model';
import { planQuery } from '../analyse/plan-query';
import { type ByteSpan, child, spanOf, stringAt, type TreeNode } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { statementsOf } from '../parse/parser';
import { slice } from '../parse/sql-text';
import { evaluateInParts } from '../parts/in-parts';
import { type Jump, labelOf, type ScriptRun } from './script-run';
import { conditionHolds } from './script-variables';

/** Statements that run if a condition holds, or, of a CASE, if it equals what is compared. */
export interface ConditionedList {
  readonly condition: unknown;
  readonly list: TreeNode | undefined;
  readonly compared?: ByteSpan | undefined;
}

/** A loop: it goes on while the condition that is asked first holds, and until the one that is asked last does. */
export interface Loop {
  readonly body: TreeNode | undefined;
  readonly label: string | undefined;
  readonly first: unknown;
  readonly last: unknown;
}

/** LOOP and WHILE ask first, or not at all; REPEAT asks last. */
export function loopOf(node: TreeNode, asks: 'first' | 'last'): Loop {
  const condition = asks === 'first' ? node.condition : child(node, 'untilClause')?.condition;
  return {
    body: child(node, 'parent', 'body'),
    label: labelOf(node),
    first: asks === 'first' ? condition : undefined,
    last: asks === 'last' ? condition : undefined,
  };
}

/** A dry run goes round once. */
export async function runLoop(
  run: ScriptRun,
  inBlock: StatementRun,
  { body, label, first, last }: Loop,
): Promise<Jump | undefined> {
  const { context, scope, dry } = inBlock;
  for (;;) {
    if (first !== undefined && !(await conditionHolds(inBlock, first)) && !dry) return undefined;
    const round = roundOf(await run.runBlock(run, scope, statementsOf(body)), label);
    if (round.isOver || dry) return round.jump;
    if (last !== undefined && (await conditionHolds(inBlock, last))) return undefined;
    // A loop that asks nothing of the engine must let others work, too, and end when it is stopped.
    await nextTurn();
    context.throwIfStopped?.();
  }
}

/** FOR row IN (query): the row is a struct. */
export async function runFor(run: ScriptRun, inBlock: StatementRun): Promise<Jump | undefined> {
  const { context, scope, script, statement, dry } = inBlock;
  const { node, span } = statement;
  const text = slice(script, spanOf(child(node, 'query')) ?? span);
  const plan = await planQuery(context, { text, scope });
  const name = stringAt(child(node, 'variable'), 'idString') ?? '';
  const field: Field = { name, type: 'RECORD', mode: 'NULLABLE', fields: plan.output };
  const rows = dry ? [plan.output.map(() => null)] : await evaluateInParts(context, { text, scope }, plan);
  const body = statementsOf(child(node, 'parent', 'body'));
  for (const row of rows) {
    const outcome = await run.runBlock(run, scope, body, [{ name, field, cell: row }]);
    const round = roundOf(outcome, labelOf(node));
    if (round.isOver) return round.jump;
    context.throwIfStopped?.();
  }
  return undefined;
}

/** Whether a loop is over after a round that ended so, and where the script goes on then. */
function roundOf(
  jump: Jump | undefined,
  label: string | undefined,
): { readonly isOver: boolean; readonly jump?: Jump } {
  if (jump === undefined) return { isOver: false };
  const isOwn = jump.to !== 'end of script' && (jump.label === undefined || jump.label === label);
  if (!isOwn) return { isOver: true, jump };
  return { isOver: jump.to === 'end of loop' };
}
