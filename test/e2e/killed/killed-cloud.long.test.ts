import { describeKilledCloud } from '../support/killed-cloud';

/** As many as there is time for in CI; KILLS asks for more, such as 100. */
describeKilledCloud(Number(process.env.KILLS ?? 20));
