import { serveInThread } from './start-local-servers';

serveInThread();
