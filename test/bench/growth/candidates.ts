import { randomUUID } from 'node:crypto';

/** Runs that ask for admission, none of them known. */
export const candidates = (count: number) =>
  Array.from({ length: count }, () => ({
    run_id: randomUUID(),
    pipeline: 'gcp/example/dryrun',
    parameters: '{}',
    trigger: 'api',
    request_hash: null,
    lease_seconds: 3_600,
  }));

/** Stands in for the quota of a tenant that has none. */
export const unlimited = 1_000_000_000_000;
