import { describePipelines, threeFailures } from './support/pipelines';

// All failures are in pipelines.long.test.ts.
describePipelines(threeFailures);
