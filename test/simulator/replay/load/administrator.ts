import type { Answer, Request } from '../world/fleet';
import type { World } from '../world/world';
import { send } from './caller';
import type { Change } from './plan';

const pauseMs = [500, 10_000] as const;
const mostTries = 40;

/** Makes a change of a tenant, trying again until it is answered. */
export async function administer({ what }: Change, tenantId: string, world: World): Promise<void> {
  const path = `/api/v1/tenants/${tenantId}`;
  switch (what.kind) {
    case 'quotas': {
      const body = { max_pipelines_per_month: what.monthly, max_concurrent_pipelines: what.concurrent };
      await untilAnswered(`quotas ${tenantId}`, { method: 'PATCH', path: `${path}/quotas`, body }, world);
      return;
    }
    case 'suspend':
      await untilAnswered(
        `suspend ${tenantId}`,
        { method: 'POST', path: `${path}/suspend`, body: { reason: 'simulated' } },
        world,
      );
      await world.time.sleep(what.forMs);
      await untilAnswered(`activate ${tenantId}`, { method: 'POST', path: `${path}/activate` }, world);
      return;
    case 'revoke': {
      const keyId = keyIdOf(tenantId, what.key);
      const revocation = { method: 'DELETE', path: `${path}/api-keys/${keyId}` };
      const answer = await untilAnswered(`revoke ${keyId}`, revocation, world);
      // 404: it is revoked already, by a call whose answer was lost.
      const isRevoked = answer.kind === 'answered' && [204, 404].includes(answer.status);
      const { revokedAt } = world.register;
      if (isRevoked && !revokedAt.has(keyId)) revokedAt.set(keyId, world.time.now());
    }
  }
}

export const keyIdOf = (tenantId: string, key: number): string => `${tenantId}.key${key}`;

/** Sends it again until it is answered by something else than 5xx, or as often as anybody would. */
export async function untilAnswered(name: string, request: Request, world: World): Promise<Answer> {
  let answer = await send(name, world, request);
  for (let attempt = 1; attempt < mostTries; attempt++) {
    if (answer.kind === 'answered' && answer.status < 500) break;
    await world.time.sleep(world.chance.between(...pauseMs));
    answer = await send(name, world, request);
  }
  return answer;
}
