import { describeKills, moments } from '../support/worker-killed';

describeKills(moments);
