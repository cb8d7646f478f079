// In short: ./killed-cloud.test.ts
import { describeKills, moments } from '../support/worker-killed';

describeKills(moments);
