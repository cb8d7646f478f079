import { describePipelines, failures } from './support/pipelines';

describePipelines(failures);
