import { z } from 'zod';
import { runIdOfKey } from '../../../../shared/runs/rules/run-identity';
import { countOne } from '../judge/register';
import { pathOf } from '../world/definitions';
import type { Answer, Request } from '../world/fleet';
import type { World } from '../world/world';
import type { Wish } from './plan';

/** Who asks: a tenant by one of its keys. */
export interface Caller {
  readonly tenantId: string;
  readonly keyId: string;
  readonly apiKey: string;
}

/** How often a caller tries before it gives up. */
const mostTries = 4;
const pauseMs = [500, 20_000] as const;

/** The statuses that no correct request may get. */
const unexpected: ReadonlySet<number> = new Set([400, 403, 500]);
/** What is so for now. */
const busy: ReadonlySet<string> = new Set(['concurrent_limit_reached', 'concurrency_key_busy', 'queue_full']);
const admittedSchema = z.object({ run_id: z.string() });
const stateSchema = z.object({ run_id: z.string(), status: z.string() });
const listSchema = z.object({ runs: z.array(stateSchema) });

/** Asks for a wish's run, and does what comes later: repeats, looks and a cancellation. */
export async function fulfil(wish: Wish, caller: Caller, world: World): Promise<void> {
  const lanes = wish.keyed === 'twice' ? ['a', 'b'] : ['a'];
  const told = await Promise.all(
    lanes.map((lane) => askUntilTold(wish, `${wish.index}${lane}`, caller, world)),
  );
  const runId = told.find((id) => id !== undefined);
  if (runId === undefined) return;
  const later = async (afterMs: number, work: () => Promise<unknown>) => {
    await world.time.sleep(afterMs);
    await work();
  };
  await Promise.all([
    ...wish.looks.map((afterMs, index) =>
      later(afterMs, () => (index === 2 ? list(caller, world) : look(runId, caller, world))),
    ),
    wish.rerun && later(wish.rerun.afterMs, () => doAgain(runId, wish, caller, world)),
    wish.later && later(wish.later.afterMs, () => repeat(wish, caller, world)),
    wish.cancel &&
      later(wish.cancel.afterMs, () =>
        Promise.all(Array.from({ length: wish.cancel?.times ?? 0 }, () => cancel(runId, caller, world))),
      ),
  ]);
}

const keyOf = (wish: Wish): string => `key-${wish.index}`;

async function repeat(wish: Wish, caller: Caller, world: World): Promise<void> {
  if (wish.later?.what === 'same') {
    await askUntilTold(wish, `${wish.index}later`, caller, world);
    return;
  }
  const answer = await ask(wish, `${wish.index}other`, caller, world);
  if (answer.kind === 'unanswered' || answer.status >= 500 || [401, 403, 422].includes(answer.status)) return;
  world.judge.violate('once', `Another body under a used key was answered ${describe(answer)}`);
}

/** The run that the caller was told of; undefined where it was refused, or gave up. */
async function askUntilTold(
  wish: Wish,
  name: string,
  caller: Caller,
  world: World,
): Promise<string | undefined> {
  const { tenantId } = caller;
  for (let attempt = 0; attempt < mostTries; attempt++) {
    // One token for each run that may start: without an Idempotency-Key, each try is a run of its own.
    const token = wish.keyed === 'no' ? `${name}${attempt}` : `${wish.index}`;
    const answer = await ask(wish, token, caller, world);
    if (answer.kind === 'unanswered') {
      if (wish.keyed === 'no') return undefined;
    } else if (answer.status === 202) {
      const { run_id } = admittedSchema.parse(answer.body);
      if (wish.keyed !== 'no' && run_id !== runIdOfKey(tenantId, keyOf(wish))) {
        world.judge.violate('once', `${token} was told of run ${run_id}`);
      }
      world.judge.toldAdmitted(tenantId, run_id);
      return run_id;
    } else {
      const isDenied = answer.status < 500 || String(answer.body.detail).endsWith('Nothing was started.');
      if (isDenied && wish.keyed === 'no') world.judge.toldNothingStarted(tenantId, token);
      const mayTryAgain = answer.status >= 500 || busy.has(String(answer.body.code));
      if (!mayTryAgain) return undefined;
    }
    await world.time.sleep(world.chance.between(...pauseMs));
  }
  return undefined;
}

async function ask(wish: Wish, token: string, caller: Caller, world: World): Promise<Answer> {
  const { tenantId, keyId, apiKey } = caller;
  const isKeyed = wish.keyed !== 'no';
  world.register.wanted.set(token, { token, tenantId, keyId, isKeyed });
  return await send(`run ${token}`, world, {
    method: 'POST',
    path: `/api/v1/pipelines/run/${tenantId}/${pathOf(wish.pipeline)}`,
    headers: { 'X-API-Key': apiKey, ...(isKeyed && { 'Idempotency-Key': keyOf(wish) }) },
    query: wish.priority > 0 ? { priority: String(wish.priority) } : {},
    body: { token, ...(wish.pipeline === 'single' && { lane: wish.index % 2 }) },
  });
}

async function look(runId: string, { tenantId, apiKey }: Caller, world: World): Promise<void> {
  const askedAt = world.time.now();
  const path = `/api/v1/pipelines/runs/${runId}`;
  const answer = await send(`look ${runId}`, world, {
    method: 'GET',
    path,
    headers: { 'X-API-Key': apiKey },
  });
  if (answer.kind === 'unanswered') return;
  if (answer.status === 200) {
    world.judge.told(tenantId, runId, stateSchema.parse(answer.body).status, askedAt);
  } else if (answer.status === 404) world.judge.told(tenantId, runId, undefined, askedAt);
}

async function list({ tenantId, apiKey }: Caller, world: World): Promise<void> {
  const askedAt = world.time.now();
  const path = '/api/v1/pipelines/runs';
  const headers = { 'X-API-Key': apiKey };
  const answer = await send(`list ${tenantId}`, world, {
    method: 'GET',
    path,
    headers,
    query: { limit: '200' },
  });
  if (answer.kind === 'unanswered' || answer.status !== 200) return;
  for (const { run_id, status } of listSchema.parse(answer.body).runs) {
    world.judge.told(tenantId, run_id, status, askedAt);
  }
}

/** Has the run done again, by several requests under one key, and what then fails once more. */
async function doAgain(runId: string, wish: Wish, caller: Caller, world: World): Promise<void> {
  const requests = Array.from({ length: wish.rerun?.times ?? 0 }, () =>
    rerun(runId, `again-${wish.index}`, wish, caller, world),
  );
  const told = (await Promise.all(requests)).find((id) => id !== undefined);
  if (told !== undefined && wish.rerun?.from === 'failed_step')
    await rerun(told, `once-more-${wish.index}`, wish, caller, world);
}

async function rerun(
  runId: string,
  key: string,
  wish: Wish,
  { tenantId, apiKey }: Caller,
  world: World,
): Promise<string | undefined> {
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const answer = await send(`rerun ${runId}`, world, {
      method: 'POST',
      path: `/api/v1/pipelines/runs/${runId}/rerun`,
      headers: { 'X-API-Key': apiKey, 'Idempotency-Key': key },
      body: { from: wish.rerun?.from },
    });
    if (answer.kind === 'answered' && answer.status === 202) {
      const { run_id } = admittedSchema.parse(answer.body);
      if (run_id !== runIdOfKey(tenantId, key))
        world.judge.violate('once', `${key} was told of run ${run_id}`);
      world.judge.toldAdmitted(tenantId, run_id);
      return run_id;
    }
    const code = answer.kind === 'answered' ? String(answer.body.code) : 'unanswered';
    const mayTryAgain = ['unanswered', 'unavailable', 'run_not_over'].includes(code) || busy.has(code);
    if (!mayTryAgain) return undefined;
    await world.time.sleep(world.chance.between(...pauseMs));
  }
  return undefined;
}

/** Tries like a sensible client: again until there is a definite answer. */
async function cancel(runId: string, { tenantId, apiKey }: Caller, world: World): Promise<void> {
  world.register.cancelled.add(runId);
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const askedAt = world.time.now();
    const path = `/api/v1/pipelines/runs/${runId}/cancel`;
    const headers = { 'X-API-Key': apiKey };
    const answer = await send(`cancel ${runId}`, world, { method: 'POST', path, headers });
    if (answer.kind === 'answered' && answer.status < 500) {
      if (answer.status === 404) return world.judge.told(tenantId, runId, undefined, askedAt);
      if (answer.status >= 300) return;
      const { status } = stateSchema.parse(answer.body);
      if (['QUEUED', 'ADMITTED'].includes(status))
        world.judge.violate('told', `${runId}: its cancellation was answered ${status}`);
      return world.judge.told(tenantId, runId, status, askedAt);
    }
    await world.time.sleep(world.chance.between(...pauseMs));
  }
}

/** Sends a request of the world outside, and takes note of its answer. */
export async function send(name: string, world: World, request: Request): Promise<Answer> {
  const fleet = request.path.startsWith('/api/v1/pipelines') ? world.fleets.run : world.fleets.tenants;
  const answer = await fleet.ask(request);
  const told = describe(answer);
  world.journal.note(`caller ${name}: ${told}`);
  countOne(world.register.answers, told);
  const code = answer.kind === 'answered' ? answer.body.code : undefined;
  const isUnexpected =
    answer.kind === 'answered' && unexpected.has(answer.status) && code !== 'tenant_inactive';
  // All tenants are there from the beginning to the end.
  if (answer.kind === 'answered' && (isUnexpected || code === 'tenant_not_found')) {
    world.judge.violate('unexpected', `${name}: ${told} ${String(answer.body.detail)}`);
  }
  return answer;
}

const describe = (answer: Answer): string =>
  answer.kind === 'unanswered'
    ? 'unanswered'
    : `${answer.status} ${String(answer.body.code ?? answer.body.status ?? '')}`.trim();
