import { describeKilledCloud } from '../support/killed-cloud';

// Fifty times, or KILLS times, in killed-cloud.long.test.ts.
describeKilledCloud(3);
