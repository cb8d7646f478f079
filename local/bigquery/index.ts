export { defaultLatencies } from './limits/latency';
export type { LimitOptions } from './limits/limits';
export { writeLocalCredentials } from './rest/local-credentials';
export type { CallFaults, NamedCall } from './rest/named-calls';
export { type BigQueryOptions, type RunningBigQuery, startBigQuery } from './start-bigquery';
export { explainDiskFailure } from './store/disk/disk-errors';
export type { OnCommit } from './store/store';
