import { describeKilledCloud } from '../support/killed-cloud';

// Twenty times, or KILLS times, in killed-cloud.long.test.ts.
describeKilledCloud(3);
