import { describeKilledCloud } from '../support/killed-cloud';

/** KILLS asks for more, such as 300. */
describeKilledCloud(Number(process.env.KILLS ?? 100));
