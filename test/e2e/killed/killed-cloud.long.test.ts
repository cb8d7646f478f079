import { describeKilledCloud } from '../support/killed-cloud';

describeKilledCloud(Number(process.env.KILLS ?? 50));
