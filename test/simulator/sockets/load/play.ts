import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatorOptions } from '../options';
import { resetQuotas } from '../world/scheduler';
import type { Administration } from './administration';
import type { Caller, CallersDependencies } from './caller';
import { askWrongly, fulfil } from './callers';
import { planWaves, type Wave } from './workload';

export interface PlayDependencies extends CallersDependencies {
  readonly callers: readonly Caller[];
  readonly administration: Administration;
}

const minuteMs = 60_000;
/** Longer than any lease. */
const longPauseMs = 45 * minuteMs;
/** How many waves a suspension lasts. */
const suspendedFor = 4;

/**
 * When, as a share of all runs, something happens to time. The month's end is 60 minutes away at the start.
 */
const moments = [
  { at: 0.2, kind: 'pause' },
  { at: 0.45, kind: 'month' },
  { at: 0.5, kind: 'reset' },
  { at: 0.75, kind: 'pause' },
] as const;

/** Plays the whole workload. Resolves when every caller has its last answer. */
export async function play(options: SimulatorOptions, deps: PlayDependencies): Promise<void> {
  const underWay = new Set<Promise<void>>();
  const begin = (work: Promise<void>) => {
    const settled = work.catch((error: unknown) => {
      deps.world.journal.violate('the simulator works', String(error));
    });
    underWay.add(settled);
    void settled.finally(() => underWay.delete(settled));
  };
  const change = createChanges(deps);
  const ahead = [...moments];
  let planned = 0;
  let number = 0;
  for (const wave of planWaves(options)) {
    await untilThereIsRoom(options, deps);
    while (ahead[0] !== undefined && planned >= ahead[0].at * options.runs) {
      const moment = ahead.shift();
      if (moment !== undefined) await happen(moment.kind, deps);
    }
    playWave(wave, number, deps, begin);
    change(wave, number++);
    planned += wave.wishes.length;
    await sleep(wave.pauseMs);
  }
  await Promise.all(underWay);
  for (const { tenantId } of deps.callers) deps.administration.activate(tenantId);
  await deps.administration.done();
}

function playWave(
  wave: Wave,
  number: number,
  deps: PlayDependencies,
  begin: (work: Promise<void>) => void,
): void {
  const { callers } = deps;
  for (const wish of wave.wishes) {
    const caller = callers[wish.tenant];
    if (caller !== undefined) begin(fulfil(wish, caller, deps));
  }
  if (wave.wrong !== undefined) {
    const caller = callers[wave.wrong.tenant];
    const other = callers[(wave.wrong.tenant + 1) % callers.length];
    if (caller !== undefined && other !== undefined) {
      begin(askWrongly(wave.wrong.what, `wrong.${number}`, caller, other, deps));
    }
  }
}

/** Changes of quotas, and suspensions for a few waves. */
function createChanges({ callers, administration }: PlayDependencies): (wave: Wave, number: number) => void {
  const activations = new Map<number, string>();
  return (wave, number) => {
    const changed = wave.quotas && callers[wave.quotas.tenant];
    if (wave.quotas && changed) administration.changeQuotas(changed.tenantId, wave.quotas);
    const suspended = wave.suspended === undefined ? undefined : callers[wave.suspended];
    if (suspended !== undefined) {
      administration.suspend(suspended.tenantId);
      activations.set(number + suspendedFor, suspended.tenantId);
    }
    const active = activations.get(number);
    if (active !== undefined) administration.activate(active);
  };
}

/** Waits until instances can serve more callers: further requests would only wait for their turn. */
async function untilThereIsRoom(options: SimulatorOptions, { gate, register, world }: PlayDependencies) {
  const requests = 10 * options.instances;
  const runs = 15 * options.instances;
  const inFlight = () => register.admitted.size - world.journal.endedRuns.size;
  while (gate.underWay() > requests || inFlight() > runs) await sleep(10);
}

/** Puts time forward between requests, since no request may take 45 minutes. */
async function happen(kind: (typeof moments)[number]['kind'], deps: PlayDependencies): Promise<void> {
  const { clock } = deps.world;
  switch (kind) {
    case 'pause':
      return deps.gate.whileClosed(() => clock.jump(longPauseMs));
    case 'month':
      return deps.gate.whileClosed(() => {
        const now = clock.now();
        const end = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
        // The month ends while requests are under way.
        clock.jump(end - now.getTime() - 500);
      });
    case 'reset':
      return resetQuotas(deps.world);
  }
}
