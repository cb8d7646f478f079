import { describeKills, twoMoments } from './support/worker-killed';

// All the others are in worker-killed.long.test.ts.
describeKills(twoMoments);
