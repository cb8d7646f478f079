import { z } from 'zod';
import { pathOf } from '../world/definitions';
import type { Request } from '../world/fleet';
import type { World } from '../world/world';
import { untilAnswered } from './administrator';
import { type Caller, send } from './caller';
import { firstDate, type OperationPlan } from './plan-operations';

const lookEveryMs = 300_000;
/** So often its owner looks how far it is. */
const mostLooks = 6;

const operationSchema = z.object({ operation_id: z.string(), state: z.string() });

/** Asks for an operation, does to it what is planned, and looks after it for a while. */
export async function operate(plan: OperationPlan, caller: Caller, world: World): Promise<void> {
  const { time, fleets, trouble } = world;
  for (const afterMs of plan.deaths) {
    time.after(afterMs, undefined, () => {
      if (trouble.faultRate > 0) fleets.operate.kill();
    });
  }
  const name = `${plan.what.kind} ${plan.index}`;
  const answer = await untilAnswered(name, requestOf(plan, caller), world);
  if (answer.kind === 'unanswered' || answer.status !== 202) return;
  const { operation_id } = operationSchema.parse(answer.body);
  const path = `/api/v1/tenants/${caller.tenantId}/operations/${operation_id}`;
  const tell = (verb: string) =>
    untilAnswered(`${verb} ${operation_id}`, { method: 'POST', path: `${path}/${verb}` }, world);
  if (plan.later !== undefined) {
    await time.sleep(plan.later.afterMs);
    await tell(plan.later.verb);
  }
  for (let look = 1; look <= mostLooks; look++) {
    await time.sleep(lookEveryMs);
    const shown = await send(`look ${operation_id}`, world, { method: 'GET', path });
    if (shown.kind === 'unanswered' || shown.status !== 200) continue;
    const { state } = operationSchema.parse(shown.body);
    if (['done', 'failed', 'aborted'].includes(state)) return;
    if (state === 'paused') await tell(look < mostLooks / 2 ? 'resume' : 'abort');
  }
}

function requestOf({ what, index }: OperationPlan, { tenantId, apiKey }: Caller): Request {
  const headers = { 'X-API-Key': apiKey };
  // A cancellation that is asked for twice does no harm.
  const keyed = { ...headers, 'Idempotency-Key': `operation-${index}` };
  switch (what.kind) {
    case 'backfill':
      return {
        method: 'POST',
        path: `/api/v1/pipelines/${pathOf(what.pipeline)}/backfills`,
        headers: keyed,
        body: { from: firstDate, to: what.to, parameter: 'token', limit: what.limit },
      };
    case 'bulk-rerun': {
      const body = { ...what.filter, rerun_from: what.from, limit: what.limit };
      return { method: 'POST', path: `/api/v1/tenants/${tenantId}/runs/bulk-rerun`, headers: keyed, body };
    }
    case 'bulk-cancel':
      return {
        method: 'POST',
        path: `/api/v1/tenants/${tenantId}/runs/bulk-cancel`,
        headers,
        body: what.filter,
      };
  }
}
