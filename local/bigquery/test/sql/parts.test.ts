import { describeReadInParts } from '../support/read-in-parts';

// Two requests, and each second query; parts.long.test.ts has three, and all.
describeReadInParts(1_010, 'each second');
