import { BigQueryError } from '../../bigquery-error';
import { runStatement } from '../dispatch-statement';
import { child, children, spanOf, type TreeNode, unwrap } from '../engine/tree';
import type { StatementRun } from '../engine-context';
import { type ParsedStatement, statementsOf } from '../parse/parser';
import { invalidQuery } from '../parse/query-errors';
import { callProcedure } from '../routines/call-procedure';
import type { Scope, TypedValue } from '../scope';
import { executeImmediate } from './execute-immediate';
import { type ConditionedList, loopOf, runFor, runLoop } from './loops';
import { type Jump, labelOf, type ScriptRun } from './script-run';
import {
  assignStruct,
  assignSystemVariable,
  assignVariable,
  conditionHolds,
  declareVariables,
  textValue,
} from './script-variables';
import { systemVariable } from './system-variables';

type Outcome = Promise<Jump | undefined>;

type Runner = (run: ScriptRun, inBlock: StatementRun) => Outcome;

const runners: Readonly<Record<string, Runner>> = {
  astSingleAssignmentNode: async (_, inBlock) => assignVariable(inBlock),
  astAssignmentFromStructNode: async (_, inBlock) => assignStruct(inBlock),
  astSystemVariableAssignmentNode: async (_, inBlock) => assignSystemVariable(inBlock),
  astBeginEndBlockNode: runBegin,
  astIfStatementNode: runIf,
  astCaseStatementNode: runCase,
  astWhileStatementNode: (run, inBlock) => runLoop(run, inBlock, loopOf(inBlock.statement.node, 'first')),
  astRepeatStatementNode: (run, inBlock) => runLoop(run, inBlock, loopOf(inBlock.statement.node, 'last')),
  astForInStatementNode: runFor,
  astBreakStatementNode: async (_, { statement }) => jump('end of loop', statement.node),
  astContinueStatementNode: async (_, { statement }) => jump('next round', statement.node),
  astReturnStatementNode: async (_, { dry }) => (dry ? undefined : { to: 'end of script', label: undefined }),
  astRaiseStatementNode: raise,
  astExecuteImmediateStatementNode: executeImmediate,
  astCallStatementNode: callProcedure,
  astBeginStatementNode: async ({ store, dry }) => (dry ? undefined : store.begin()),
  astCommitStatementNode: async ({ store, dry }) => (dry ? undefined : store.commit()),
  astRollbackStatementNode: async ({ store, dry }) => (dry ? undefined : store.rollback()),
};

export const scriptingKinds: ReadonlySet<string> = new Set([
  'astVariableDeclarationNode',
  ...Object.keys(runners),
]);

/** A block's variables end with it; what it assigns to outer ones stays, also where it fails. */
export async function runBlock(
  run: ScriptRun,
  outer: Scope,
  statements: readonly ParsedStatement[],
  own: readonly TypedValue[] = [],
): Outcome {
  const names = new Set(own.map(({ name }) => name.toLowerCase()));
  const variables = new Map<string, TypedValue>(outer.variables);
  for (const value of own) variables.set(value.name.toLowerCase(), value);
  const scope: Scope = { ...outer, variables };
  try {
    for (const statement of statements) {
      const inBlock = { ...run, scope, statement };
      if (statement.kind === 'astVariableDeclarationNode') {
        for (const name of await declareVariables(inBlock)) names.add(name);
        continue;
      }
      const jump = await runOne(run, inBlock);
      if (jump !== undefined) return jump;
    }
    return undefined;
  } finally {
    for (const [name, value] of variables) if (!names.has(name)) outer.variables.set(name, value);
  }
}

async function runOne(run: ScriptRun, inBlock: StatementRun): Outcome {
  const runner = runners[inBlock.statement.kind];
  if (runner !== undefined) return runner(run, inBlock);
  const result = await runStatement(inBlock);
  run.results.push(result);
  const { dmlStats } = result;
  const rows = dmlStats && dmlStats.insertedRowCount + dmlStats.updatedRowCount + dmlStats.deletedRowCount;
  if (rows !== undefined) setSystemVariable(inBlock.scope, systemVariable('row_count', String(rows)));
  return undefined;
}

function setSystemVariable({ variables }: Scope, value: TypedValue): void {
  variables.set(value.name, value);
}

const jump = (to: Jump['to'], node: TreeNode): Jump => ({ to, label: labelOf(node) });

async function runBegin(run: ScriptRun, inBlock: StatementRun): Outcome {
  const { scope, statement, dry } = inBlock;
  const { node } = statement;
  const body = statementsOf(child(node, 'statementListNode'));
  const [handler] = children(child(node, 'handlerList'), 'exceptionHandlerList');
  const label = labelOf(node);
  const outcome = handler === undefined || dry ? await runBlock(run, scope, body) : await guarded();
  if (dry && handler !== undefined) await handle(new BigQueryError('invalidQuery', ''));
  const isOwn = outcome?.to === 'end of loop' && outcome.label !== undefined && outcome.label === label;
  return isOwn ? undefined : outcome;

  async function guarded(): Outcome {
    try {
      return await runBlock(run, scope, body);
    } catch (error) {
      if (!(error instanceof BigQueryError) || !canBeHandled(error)) throw error;
      return handle(error);
    }
  }
  function handle(handled: BigQueryError): Outcome {
    const variables = [
      systemVariable('error.message', handled.message),
      systemVariable('error.statement_text', ''),
      systemVariable('error.formatted_stack_trace', ''),
    ];
    return runBlock({ ...run, handled }, scope, statementsOf(child(handler, 'statementList')), variables);
  }
}

/** A script that was stopped, or whose engine has gone, is over. */
const canBeHandled = ({ reason }: BigQueryError): boolean =>
  !['stopped', 'backendError', 'notImplemented'].includes(reason);

async function raise({ handled }: ScriptRun, inBlock: StatementRun): Outcome {
  const { statement, script, dry } = inBlock;
  const message = statement.node.message;
  if (dry) return undefined;
  if (message !== undefined)
    throw invalidQuery(await textValue(inBlock, message), script, statement.span.start);
  throw (
    handled ?? invalidQuery('Cannot re-raise an existing exception outside of an exception handler', script)
  );
}

/** A dry run looks at every branch. */
async function runIf(run: ScriptRun, inBlock: StatementRun): Outcome {
  const { node } = inBlock.statement;
  const branches = [
    { condition: node.condition, list: child(node, 'thenList') },
    ...children(child(node, 'elseifClauses'), 'elseifClauses').map((clause) => ({
      condition: clause.condition,
      list: child(clause, 'body'),
    })),
  ];
  return runBranches(run, inBlock, branches, child(node, 'elseList'));
}

async function runCase(run: ScriptRun, inBlock: StatementRun): Outcome {
  const { node } = inBlock.statement;
  const compared = spanOf(unwrap(node.expression)?.node);
  const branches = children(child(node, 'whenThenClauses'), 'whenThenClauses').map((clause) => ({
    condition: clause.condition,
    list: child(clause, 'body'),
    compared,
  }));
  return runBranches(run, inBlock, branches, child(node, 'elseList'));
}

async function runBranches(
  run: ScriptRun,
  inBlock: StatementRun,
  branches: readonly ConditionedList[],
  otherwise: TreeNode | undefined,
): Outcome {
  const { scope, dry } = inBlock;
  for (const { condition, list, compared } of branches) {
    const holds = await conditionHolds(inBlock, condition, compared);
    if (!holds && !dry) continue;
    const jump = await runBlock(run, scope, statementsOf(list));
    if (!dry) return jump;
  }
  return otherwise === undefined ? undefined : runBlock(run, scope, statementsOf(otherwise));
}
