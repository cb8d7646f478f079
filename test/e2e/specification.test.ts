import { describeSpecification } from './support/specification';

// All hundred runs of the specification are in specification.long.test.ts; kills, too, in killed/killed-cloud.test.ts.
describeSpecification(10, false);
