import { fieldOfType, sameTypes } from '../analyse/engine-types';
import type { PlannedTable, QueryPlan } from '../analyse/query-plan';
import { rowsParameterName } from '../analyse/replace-tables';
import { type EngineSession, SessionEnded } from '../engine/engine-client';
import { child, children, stringAt } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import type { Scope } from '../scope';
import {
  encodedTogether,
  encodedValues,
  framing,
  maximumRequest,
  preparedQueryId,
  type RowSource,
  rowsParameter,
} from './encode-request';

/** A query that one life of the engine's process holds ready. */
interface Prepared {
  readonly session: EngineSession;
  readonly id: number;
}

/** How often a plan ran, and its prepared query; undefined where it cannot be prepared. */
interface Preparation {
  runs: number;
  prepared?: Promise<Prepared | undefined>;
}

/** By the plan's request. */
const preparations = new WeakMap<QueryPlan['request'], Preparation>();

/** A text that comes twice will come again; one that comes once is not worth the engine's memory. */
const runsBeforePreparing = 1;

/**
 * Evaluates a plan as a prepared query over parameters, which spares the engine the analysis: a tenth of the
 * time. Undefined where that cannot be done, or is not worth it; then nothing has happened. Throws the
 * engine's errors.
 */
export async function evaluatePrepared(
  context: EngineContext,
  plan: QueryPlan,
  scope: Scope,
  rowsOf: (table: PlannedTable) => RowSource,
): Promise<object | undefined> {
  const prepared = await preparedFor(context, plan);
  if (prepared === undefined) return undefined;
  const parts = [preparedQueryId(prepared.id), encodedValues(scope)];
  let room = maximumRequest - parts.reduce((sum, part) => sum + part.length, 0) - framing;
  for (const table of plan.tables) {
    const rows = encodedTogether(table, rowsOf(table), scope.parameters, room - framing, 'struct');
    if (typeof rows === 'number') return undefined;
    parts.push(rowsParameter(rowsParameterName(table), rows));
    room -= rows.length + framing;
  }
  try {
    return await context.client.callEncoded('EvaluateQuery', Buffer.concat(parts), prepared.session);
  } catch (error) {
    if (!(error instanceof SessionEnded)) throw error;
    preparations.delete(plan.request);
    return undefined;
  }
}

function preparedFor(context: EngineContext, plan: QueryPlan): Promise<Prepared | undefined> | undefined {
  const preparation = preparations.get(plan.request) ?? { runs: 0 };
  preparations.set(plan.request, preparation);
  preparation.runs += 1;
  if (preparation.runs <= runsBeforePreparing) return undefined;
  preparation.prepared ??= prepare(context, plan);
  return preparation.prepared;
}

/** Some texts the engine refuses in this form, or gives other types: those plans stay unprepared. */
async function prepare(context: EngineContext, plan: QueryPlan): Promise<Prepared | undefined> {
  if (plan.overParameters === undefined) return undefined;
  const { sql, options } = plan.overParameters;
  const request = context.client.encode('PrepareQuery', {
    sql,
    options,
    simpleCatalog: { builtinFunctionOptions: { languageOptions: context.dialect.options } },
  });
  try {
    const session = await context.client.session();
    const answer = child(await context.client.callEncoded('PrepareQuery', request, session), 'prepared');
    const columns = children(answer, 'columns').map((column) => fieldOfType('', column.type));
    return sameTypes(columns, plan.output)
      ? { session, id: Number(stringAt(answer, 'preparedQueryId') ?? 0) }
      : undefined;
  } catch {
    return undefined;
  }
}
