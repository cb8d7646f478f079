import { serveInThread } from './serve-in-thread';

serveInThread();
