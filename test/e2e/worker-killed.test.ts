import { describeKills, twoMoments } from './worker-killed';

// All the others are in worker-killed.long.test.ts.
describeKills(twoMoments);
