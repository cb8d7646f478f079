import { describeSpecification } from './support/specification';

// All hundred runs of the specification are in specification.long.test.ts.
describeSpecification(10);
