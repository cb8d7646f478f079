import { describeKilledCloud } from '../support/killed-cloud';

// A hundred times, or KILLS times, in killed-cloud.long.test.ts.
describeKilledCloud(3);
