import { describeKills, oneMoment } from '../support/worker-killed';

// All of them are in worker-killed.long.test.ts.
describeKills(oneMoment);
