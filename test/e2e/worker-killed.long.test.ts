import { describeKills, moments, twoMoments } from './support/worker-killed';

describeKills(moments.filter((moment) => !twoMoments.includes(moment)));
