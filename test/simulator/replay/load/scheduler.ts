import { countOne } from '../judge/register';
import { reconcileEveryMs, type World } from '../world/world';

/** schemas/schedules.json */
const tickEveryMs = 60_000;
/** A tick that dies does so in the middle of what it does. */
const deathMs = [500, 10_000] as const;

/**
 * Calls reconcile every five minutes and tick every minute, now and then two at once, late or not at all, and
 * reset-quotas on the first of a month.
 */
export function startScheduler(world: World): {
  readonly reconciles: () => number;
  /** Resolves once no tick is under way any more. */
  readonly stopTicks: () => Promise<void>;
  readonly stop: () => void;
} {
  const { time, chance, fleets, journal, trouble } = world;
  let isOver = false;
  let reconciles = 0;
  let isOverForTicks = false;
  let ticksUnderWay = 0;

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
  const startRuns = async () => {
    const answer = await fleets.tick.ask({ method: 'POST', path: '/' });
    const told = answer.kind === 'unanswered' ? 'unanswered' : JSON.stringify(answer.body);
    journal.note(`scheduler tick: ${told}`);
  };
  const ticks = async () => {
    let downUntil = 0;
    for (; !isOverForTicks; await time.sleep(tickEveryMs)) {
      // A scheduler is down for some minutes now and then, as long as anything goes wrong.
      if (trouble.faultRate > 0 && chance.happens(0.02))
        downUntil = time.now() + chance.between(2, 20) * tickEveryMs;
      if (time.now() < downUntil) continue;
      const calls = chance.happens(0.2) ? 2 : 1;
      for (let call = 0; call < calls; call++) {
        const lateMs = chance.happens(0.1) ? chance.between(0, tickEveryMs) : chance.between(0, 1_000);
        ticksUnderWay++;
        time.after(lateMs, undefined, () => void startRuns().finally(() => ticksUnderWay--));
        if (trouble.faultRate > 0 && chance.happens(0.08))
          time.after(lateMs + chance.between(...deathMs), undefined, () => {
            if (trouble.faultRate > 0) fleets.tick.kill();
          });
      }
    }
  };
  time.after(chance.between(0, reconcileEveryMs), undefined, tick);
  void ticks();
  untilReset();
  return {
    reconciles: () => reconciles,
    stopTicks: async () => {
      isOverForTicks = true;
      while (ticksUnderWay > 0) await time.sleep(1_000);
    },
    stop: () => {
      isOver = true;
    },
  };
}
