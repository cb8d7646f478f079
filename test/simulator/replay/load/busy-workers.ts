import { countOne } from '../judge/register';
import { createChance } from '../time/chance';
import type { World } from '../world/world';

const minuteMs = 60_000;
/** The shortest lease lasts 40 minutes. */
const spellMs = [30 * minuteMs, 120 * minuteMs] as const;
const pauseMs = [5 * minuteMs, 120 * minuteMs] as const;

/**
 * For an hour or so no worker gets to what is new of one tenant: its messages are acknowledged, because its runs wait
 * for a place, and none becomes free. So leases end of runs that never began. Gives what ends it for good.
 */
export function startBusyWorkers(
  { time, journal, busyTenants, register }: World,
  seed: number,
  tenantIds: readonly string[],
): () => void {
  // A source of its own, so that without it a seed means what it meant.
  const chance = createChance(seed * 2 + 5_000_001);
  let isOver = false;
  const pause = () => {
    time.after(chance.between(...pauseMs), undefined, () => {
      if (isOver) return;
      const tenantId = chance.pick(tenantIds);
      busyTenants.add(tenantId);
      countOne(register.played, 'workers were busy');
      journal.note(`no worker gets to ${tenantId}`);
      time.after(chance.between(...spellMs), undefined, () => {
        busyTenants.delete(tenantId);
        journal.note(`workers get to ${tenantId} again`);
        pause();
      });
    });
  };
  pause();
  return () => {
    isOver = true;
    busyTenants.clear();
  };
}
