import { setTimeout as sleep } from 'node:timers/promises';
import type { World } from '../world/world';
import { type Answer, type Call, describeAnswer, send } from './client';
import type { Quota } from './workload';

interface Quotas {
  readonly monthly: Quota;
  readonly concurrent: Quota;
}

/** Changes tenants by admin calls: for each tenant one after another, each until it has succeeded. */
export interface Administration {
  readonly changeQuotas: (tenantId: string, quotas: Quotas) => void;
  readonly suspend: (tenantId: string) => void;
  readonly activate: (tenantId: string) => void;
  /** Resolves when all changes have been made. */
  readonly done: () => Promise<void>;
}

export function createAdministration(world: World): Administration {
  const last = new Map<string, Promise<void>>();
  let calls = 0;

  const next = (tenantId: string, work: () => Promise<void>) =>
    last.set(tenantId, (last.get(tenantId) ?? Promise.resolve()).then(work));
  const change = async (tenantId: string, what: string, call: Pick<Call, 'method' | 'body'>) => {
    const url = `${world.fleets.tenants.url}/api/v1/tenants/${tenantId}/${what}`;
    const answer = await untilAnswered({ name: `admin ${calls++}`, url, ...call });
    if (answer.kind === 'answered' && answer.status === 200) return;
    world.journal.violate('tenants can be administered', `${what} of ${tenantId}: ${describeAnswer(answer)}`);
  };

  return {
    changeQuotas: (tenantId, { monthly, concurrent }) =>
      next(tenantId, async () => {
        const body = { max_pipelines_per_month: monthly, max_concurrent_pipelines: concurrent };
        await change(tenantId, 'quotas', { method: 'PATCH', body });
      }),
    suspend: (tenantId) =>
      next(tenantId, () => change(tenantId, 'suspend', { body: { reason: 'simulated' } })),
    activate: (tenantId) => next(tenantId, () => change(tenantId, 'activate', {})),
    async done() {
      await Promise.all(last.values());
    },
  };
}

/** Sends the call until there is a definite answer, at most thirty times. */
export async function untilAnswered(call: Call): Promise<Answer> {
  let answer = await send(call);
  for (let attempt = 1; attempt < 30; attempt++) {
    if (answer.kind === 'answered' && answer.status < 500) break;
    await sleep(100);
    answer = await send({ ...call, name: `${call.name} ${attempt}` });
  }
  return answer;
}
