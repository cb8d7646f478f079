import { describeReadInParts } from '../support/read-in-parts';

// Two requests; parts.long.test.ts has three.
describeReadInParts(1_010);
