import type { World } from '../world/world';

const fair = { faultRate: 0.03, deathRate: 0.003 };
/** Most calls go wrong. */
const storm = { faultRate: 0.45, deathRate: 0.02 };
const fairMs = [300_000, 2_400_000] as const;
const stormMs = [10_000, 240_000] as const;

/** Faults come singly, and now and then all at once. Gives what ends them for good. */
export function startWeather({ time, chance, trouble, journal }: World): () => void {
  let isOver = false;
  const change = (isStorm: boolean) => {
    if (isOver) return;
    Object.assign(trouble, isStorm ? storm : fair);
    if (isStorm) journal.note('a storm begins');
    const [least, most] = isStorm ? stormMs : fairMs;
    time.after(chance.between(least, most), undefined, () => change(!isStorm));
  };
  change(false);
  return () => {
    isOver = true;
    Object.assign(trouble, { faultRate: 0, deathRate: 0 });
  };
}
