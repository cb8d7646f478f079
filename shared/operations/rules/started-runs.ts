import { z } from 'zod';
import type { StartedBy } from '../../runs/rules/ledger-row';
import type { OperationHead } from './operation';

/** Who has asked for an operation that starts runs: for its runs, and not shown. */
export const askedBySchema = z.object({
  /** '' where an admin has. */
  key_id: z.string(),
  address: z.string().nullable(),
  request_id: z.string().nullable(),
  /** Of all that was asked for. A version before kept none. */
  asked_hash: z.string().nullable().default(null),
});

export type AskedBy = z.infer<typeof askedBySchema>;

/** The hash of what was asked for. Throws where a version that is not known has written it. */
export const askedHashIn = (filter: string): string | null =>
  z.object({ asked_by: askedBySchema }).parse(JSON.parse(filter)).asked_by.asked_hash;

/** What all such operations keep. */
export const startingFields = {
  /** How many of its runs are in flight at once, at most. */
  limit: z.int(),
  asked_by: askedBySchema,
  /** Those that the caller's key is for; none: all. */
  allowed_pipelines: z.array(z.string()),
};

export const runsAtOnceSchema = z
  .int('expected a whole number')
  .min(1, 'expected at least 1')
  .max(50, 'expected at most 50');

/** Who has started the operation's runs. Who works for the operator is no tenant's business. */
export const startedByOperation = (
  { started_by_kind, started_by }: OperationHead,
  { address, request_id }: AskedBy,
): StartedBy =>
  started_by_kind === 'key' || started_by_kind === 'token'
    ? { actor_kind: started_by_kind, actor: started_by, address, request_id }
    : { actor_kind: 'admin', actor: 'admin', address: null, request_id };

/**
 * What stands for an Idempotency-Key of an operation's run: whoever starts it, and however often, it is the same run.
 * No caller's key has a space in it.
 */
export const keyOfItem = ({ operation_id }: Pick<OperationHead, 'operation_id'>, itemId: string): string =>
  `operation ${operation_id} ${itemId}`;
