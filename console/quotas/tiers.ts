import type { TierList } from '../../client';
import { currentSession } from '../app/session';
import type { Loaded } from '../data/asking/use-asked';
import { useCall } from '../data/use-call';

/** The deployment's tiers, and the quotas that each gives. */
export type Tiers = TierList['tiers'];

/** Free of charge, and seldom others. */
export const useTiers = (): Loaded<Tiers> =>
  useCall('listTiers', async (signal) => (await currentSession().api.call('listTiers', { signal })).tiers);

/** Names to choose from, with the one that there may be no more. */
export const tierOptions = (tiers: Tiers, chosen?: string) =>
  [...new Set([...tiers.map(({ tier }) => tier), ...(chosen === undefined ? [] : [chosen])])].map(
    (value) => ({ value, text: value }),
  );
