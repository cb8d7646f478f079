import { hostInThread } from './function-threads';

hostInThread();
