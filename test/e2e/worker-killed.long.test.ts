import { describeKills, moments, twoMoments } from './worker-killed';

describeKills(moments.filter((moment) => !twoMoments.includes(moment)));
