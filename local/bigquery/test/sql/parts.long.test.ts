import { describeReadInParts } from '../support/read-in-parts';

describeReadInParts(1_800);
