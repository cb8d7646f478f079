import { subscribe } from 'node:diagnostics_channel';
import { ClientRequest } from 'node:http';
import type { Usage } from './child';

let bigqueryJobs = 0;

/** In a child process: says that it is ready, answers what it has used, and ends with its parent. */
export function tellParent(ready: object): void {
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    // In kilobytes.
    const peakMemoryMb = process.resourceUsage().maxRSS / 1024;
    process.send?.({ cpuMs: (user + system) / 1000, bigqueryJobs, peakMemoryMb } satisfies Usage);
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.(ready);
}

/** Node announces each request that is sent; a job is started by a POST to /queries (jobs.query) or /jobs (jobs.insert). */
export function countBigQueryJobs(): void {
  subscribe('http.client.request.start', (event) => {
    if (typeof event !== 'object' || event === null || !('request' in event)) return;
    const { request } = event;
    if (!(request instanceof ClientRequest) || request.method !== 'POST') return;
    if (/\/(queries|jobs)(\?|$)/.test(request.path)) bigqueryJobs++;
  });
}
