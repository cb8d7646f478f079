import { runProcess } from './process';

/** The package's bin. */
void runProcess('tenant-pipelines');
