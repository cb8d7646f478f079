import { setTimeout as sleep } from 'node:timers/promises';
import { seededFraction } from '../../../../local/cloud/faults/faults';
import { runIdOfKey } from '../../../../shared/runs/rules/run-identity';
import type { Caller, CallersDependencies } from './caller';
import { cancelAsPlanned } from './cancels';
import { type Answer, describeAnswer, send } from './client';
import type { WantedRun } from './register';
import { pipelines, type Wish, type Wrong } from './workload';

/** How often a caller tries; in between it waits for up to this long, in milliseconds. */
const mostTries = 8;
const longestPauseMs = 600;

/** Asks for a wish's run, and does what comes later: repeats under its key, and its cancellation. */
export async function fulfil(wish: Wish, caller: Caller, deps: CallersDependencies): Promise<void> {
  const lanes = wish.keyed === 'twice' ? ['a', 'b'] : ['a'];
  const results = await Promise.all(lanes.map((lane) => askUntilSettled(wish, lane, caller, deps)));
  const told = results.find((result) => typeof result === 'object');
  if (told === undefined) return;
  await Promise.all([
    repeatLater(wish, caller, deps),
    wish.cancel && cancelAsPlanned(told.runId, wish.cancel, caller, deps),
  ]);
}

async function repeatLater(wish: Wish, caller: Caller, deps: CallersDependencies): Promise<void> {
  if (wish.later === 'nothing') return;
  await sleep(wish.laterMs);
  const runId = runIdOfKey(caller.tenantId, keyOf(wish));
  if (wish.later === 'same') {
    const result = await askUntilSettled(wish, 'later', caller, deps);
    if (result !== 'refused') return;
    deps.world.journal.violate('a repeat under a key finds its run', 'It was refused', [runId]);
    return;
  }
  const answer = await ask(wish, `${wish.index}.other`, caller, deps, `${wish.index}_other`);
  if (answer.kind === 'unanswered' || answer.status >= 500 || answer.status === 422) return;
  const facts = `Another body under a used key was answered ${answer.status} ${answer.code}`;
  deps.world.journal.violate('a key stands for one body', facts, [runId]);
}

/** The run that the caller was told of, or why there is none. */
type Settled = { readonly runId: string } | 'refused' | 'given up';

/**
 * Tries like a sensible client: again after 503, while slots are full, and without an answer where a key makes
 * that safe.
 */
async function askUntilSettled(
  wish: Wish,
  lane: string,
  caller: Caller,
  deps: CallersDependencies,
): Promise<Settled> {
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const name = `${wish.index}.${lane}.${attempt}`;
    const answer = await ask(wish, name, caller, deps);
    if (answer.kind === 'answered') {
      if (answer.status === 202) return { runId: String(answer.body.run_id) };
      if (answer.status < 500 && answer.code !== 'concurrent_limit_reached') return 'refused';
    } else if (wish.keyed === 'no') return 'given up';
    await sleep(longestPauseMs * seededFraction(deps.seed, 'try again', name));
  }
  return 'given up';
}

async function ask(
  wish: Wish,
  name: string,
  caller: Caller,
  { world, register, gate }: CallersDependencies,
  otherToken?: string,
): Promise<Answer> {
  const isKeyed = wish.keyed !== 'no';
  const run: WantedRun = {
    runId: isKeyed ? runIdOfKey(caller.tenantId, keyOf(wish)) : world.runIdOf(name),
    tenantId: caller.tenantId,
    pipeline: wish.pipeline,
    // One token for each run that may start: without a key, each try is a run of its own.
    token: isKeyed ? `${wish.index}` : name,
    isKeyed,
  };
  const token = otherToken ?? run.token;
  const body = wish.pipeline === 'append' ? { token, source_uri: world.putToken(token) } : { token };
  if (otherToken === undefined) register.want(run);
  const answer = await gate.through(() =>
    send({
      name,
      url: `${world.fleets.run.url}/api/v1/pipelines/run/${caller.tenantId}/${pipelines[wish.pipeline]}`,
      headers: { 'X-API-Key': caller.apiKey, ...(isKeyed ? { 'Idempotency-Key': keyOf(wish) } : {}) },
      body,
    }),
  );
  world.journal.note(run.runId, `request ${name} of ${caller.tenantId}: ${describeAnswer(answer)}`);
  register.tell(answer, otherToken === undefined ? run : undefined);
  if (answer.kind === 'answered' && answer.status === 500) {
    world.journal.violate('nothing unexpected happens', `Request ${name}: ${describeAnswer(answer)}`, [
      run.runId,
    ]);
  }
  if (answer.kind === 'answered' && answer.status === 202 && answer.body.run_id !== run.runId) {
    const facts = `Request ${name} was told of run ${answer.body.run_id}`;
    world.journal.violate('each request is told of its own run', facts, [run.runId]);
  }
  return answer;
}

const keyOf = (wish: Wish): string => `key-${wish.index}`;

/** The status that answers each wrong request, unless it is 503 or there is no answer. */
const expected: Readonly<Record<Wrong, number>> = {
  parameter: 400,
  json: 400,
  key: 401,
  tenant: 403,
  pipeline: 404,
};

export async function askWrongly(
  what: Wrong,
  name: string,
  caller: Caller,
  other: Caller,
  { world, register, gate }: CallersDependencies,
): Promise<void> {
  const tenantId = what === 'tenant' ? other.tenantId : caller.tenantId;
  const path = what === 'pipeline' ? 'simulated/example/nothing' : pipelines.look;
  const answer = await gate.through(() =>
    send({
      name,
      url: `${world.fleets.run.url}/api/v1/pipelines/run/${tenantId}/${path}`,
      headers: { 'X-API-Key': what === 'key' ? `${caller.apiKey.slice(0, -1)}_` : caller.apiKey },
      body: what === 'json' ? '{"token":' : what === 'parameter' ? { token: 1 } : { token: name },
    }),
  );
  register.tell(answer);
  if (answer.kind === 'unanswered' || answer.status === 503 || answer.status === expected[what]) return;
  if (what === 'tenant' && other.tenantId === caller.tenantId) return;
  world.journal.violate('what is wrong is refused', `A wrong ${what} was answered ${describeAnswer(answer)}`);
}
