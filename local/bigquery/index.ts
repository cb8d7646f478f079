export { defaultLatencies } from './limits/latency';
export type { LimitOptions } from './limits/limits';
export type { CallFaults, NamedCall } from './rest/call-faults';
export { type BigQueryOptions, type RunningBigQuery, startBigQuery } from './server';
export type { OnCommit } from './store/store';
