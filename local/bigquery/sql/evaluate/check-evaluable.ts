import { status } from '@grpc/grpc-js';
import type { Row } from '../../model';
import type { QueryPlan } from '../analyse/query-plan';
import { EngineFailure } from '../engine/engine-client';
import { child, stringAt } from '../engine/tree';
import type { EngineContext } from '../engine-context';
import { queryError } from '../parse/query-errors';
import type { Scope } from '../scope';
import { encodedValues, type RowSource } from './encode-request';
import { evaluate } from './evaluate';

/** Plans that the engine can evaluate, by their requests. */
const evaluable = new WeakSet<QueryPlan['request']>();

/**
 * Evaluates a plan. A dry run has no rows, but asks whether the engine could: it type-checks more than it evaluates.
 * @throws BigQueryError `notImplemented` in a dry run, too
 */
export async function evaluateUnlessDry(
  context: EngineContext,
  plan: QueryPlan,
  scope: Scope,
  dry: boolean,
  locals?: ReadonlyMap<string, RowSource>,
): Promise<readonly Row[]> {
  if (!dry) return evaluate(context, plan, scope, locals);
  await checkEvaluable(context, plan, scope);
  return [];
}

/** @throws BigQueryError `notImplemented` */
export async function checkEvaluable(context: EngineContext, plan: QueryPlan, scope: Scope): Promise<void> {
  if (plan.direct !== undefined || evaluable.has(plan.request)) return;
  // Both requests have the same fields up to the catalog.
  const request = Buffer.concat([plan.request, encodedValues(scope)]);
  try {
    const answer = child(await context.client.callEncoded('PrepareQuery', request), 'prepared');
    evaluable.add(plan.request);
    await context.client.call('UnprepareQuery', {
      preparedQueryId: stringAt(answer, 'preparedQueryId') ?? '0',
    });
  } catch (error) {
    if (error instanceof EngineFailure && error.code === status.UNIMPLEMENTED)
      throw queryError(error, plan.text);
  }
}
