import { setTimeout as sleep } from 'node:timers/promises';
import { seededFraction } from '../../../../local/cloud/faults/faults';
import type { Caller, CallersDependencies } from './caller';
import { type Answer, describeAnswer, send } from './client';
import type { CancelPlan } from './workload';

/** How often a caller tries; in between it waits for up to this long, in milliseconds. */
const mostTries = 8;
const longestPauseMs = 600;
/** How long to wait for the end of a run that is to be cancelled after it, in milliseconds. */
const longestRunMs = 10_000;

/**
 * Cancels a run as planned. Two calls reach different instances, because a fleet's instances serve in turn.
 */
export async function cancelAsPlanned(
  runId: string,
  { moment, afterMs, times }: CancelPlan,
  caller: Caller,
  deps: CallersDependencies,
): Promise<void> {
  if (moment === 'while it runs') await sleep(afterMs);
  if (moment === 'after it') await untilEnded(runId, deps);
  const ask = (lane: string) => cancelUntilTold(runId, lane, caller, deps);
  await Promise.all(times === 'twice at once' ? [ask('a'), ask('b')] : [ask('a')]);
  if (times === 'twice') await ask('again');
}

async function untilEnded(runId: string, { world }: CallersDependencies): Promise<void> {
  const giveUpAt = performance.now() + longestRunMs;
  while (!world.journal.endedRuns.has(runId) && performance.now() < giveUpAt) await sleep(20);
}

/** Tries like a sensible client: again until there is a definite answer. */
async function cancelUntilTold(
  runId: string,
  lane: string,
  caller: Caller,
  { seed, world, register, gate }: CallersDependencies,
): Promise<void> {
  for (let attempt = 0; attempt < mostTries; attempt++) {
    const name = `cancel.${runId}.${lane}.${attempt}`;
    const url = `${world.fleets.run.url}/api/v1/pipelines/runs/${runId}/cancel`;
    const answer = await gate.through(() => send({ name, url, headers: { 'X-API-Key': caller.apiKey } }));
    world.journal.note(runId, `cancel ${lane} ${attempt}: ${describeAnswer(answer)} ${statusIn(answer)}`);
    register.tellCancel(runId, answer, statusIn(answer));
    if (answer.kind === 'answered' && answer.status < 500) {
      if (isExpected(answer)) return;
      const facts = `Cancelling was answered ${describeAnswer(answer)} ${statusIn(answer)}`;
      return world.journal.violate('a run can be cancelled', facts, [runId]);
    }
    if (answer.kind === 'answered' && answer.status === 500) {
      world.journal.violate('nothing unexpected happens', `Cancelling: ${describeAnswer(answer)}`, [runId]);
    }
    await sleep(longestPauseMs * seededFraction(seed, 'try again', name));
  }
}

const statusIn = (answer: Answer): string =>
  answer.kind === 'answered' ? String(answer.body.status ?? '') : '';

/** 202: it is cancelled by this call. 200: it had an outcome before. */
const isExpected = (answer: Answer & { readonly kind: 'answered' }): boolean =>
  answer.status === 202
    ? answer.body.status === 'CANCELLED'
    : answer.status === 200 && ['COMPLETED', 'FAILED', 'CANCELLED'].includes(statusIn(answer));
