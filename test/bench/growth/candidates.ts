import { randomUUID } from 'node:crypto';
import { aboutQueue, refusedAtLimit, startedByKey } from '../../support/started-by';

/** Runs that ask for admission, none of them known. */
export const candidates = (count: number) =>
  Array.from({ length: count }, () => ({
    run_id: randomUUID(),
    pipeline: 'gcp/example/dryrun',
    parameters: '{}',
    trigger: 'api',
    request_hash: null,
    ...startedByKey,
    key_id: 'key-of-the-bench',
    lease_seconds: 3_600,
    ...refusedAtLimit,
  }));

/** No quota, and no bound on outcomes that wait for the ledger. */
export const unlimited = {
  statement_id: 'statement-of-the-bench',
  unlimited: 1_000_000_000_000,
  most_waiting: 1_000_000,
  ...aboutQueue,
};
