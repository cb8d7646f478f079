import { countOne } from '../judge/register';
import { reconcileEveryMs, type World } from '../world/world';

/** Calls reconcile every five minutes, now and then two at once, and reset-quotas on the first of a month. */
export function startScheduler(world: World): {
  readonly reconciles: () => number;
  readonly stop: () => void;
} {
  const { time, chance, fleets, journal } = world;
  let isOver = false;
  let reconciles = 0;

  const reconcile = async () => {
    const answer = await fleets.reconcile.ask({ method: 'POST', path: '/' });
    reconciles++;
    const told = answer.kind === 'unanswered' ? 'unanswered' : JSON.stringify(answer.body);
    journal.note(`scheduler reconcile: ${told}`);
  };
  const tick = () => {
    if (isOver) return;
    // Now and then it is not called, as where a scheduler is down.
    if (chance.happens(0.95)) void reconcile();
    if (chance.happens(0.15)) time.after(chance.between(0, 2_000), undefined, () => void reconcile());
    time.after(reconcileEveryMs, undefined, tick);
  };
  const resetQuotas = async (scheduled: Date) => {
    for (let attempt = 0; attempt < 4 && !isOver; attempt++) {
      const headers = { 'X-CloudScheduler-ScheduleTime': scheduled.toISOString() };
      const answer = await fleets.reset.ask({ method: 'POST', path: '/', headers });
      journal.note(`scheduler reset-quotas: ${answer.kind === 'unanswered' ? 'unanswered' : answer.status}`);
      if (answer.kind === 'answered' && answer.status === 200) return;
      await time.sleep(chance.between(30_000, 600_000));
    }
    countOne(world.register.answers, 'reset-quotas given up');
  };
  const untilReset = () => {
    const now = new Date(time.now());
    const next = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1, 0, 5);
    time.after(next - time.now(), undefined, () => {
      if (isOver) return;
      void resetQuotas(new Date(next));
    });
  };
  time.after(chance.between(0, reconcileEveryMs), undefined, tick);
  untilReset();
  return {
    reconciles: () => reconciles,
    stop: () => {
      isOver = true;
    },
  };
}
