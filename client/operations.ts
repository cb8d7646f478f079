import type { Operation, Operations } from './api';
import { ApiProblem } from './problem';
import { pause } from './retry';

/** What an operation is found by: its answer has both. */
export type OperationPlace = Pick<Operation, 'operation_id' | 'tenant_id'>;

export interface FollowOptions {
  /** Ends the following, and rejects it with the signal's reason. The operation goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Between the first two looks, in milliseconds. It grows to ten times as much: each look costs a statement. */
  readonly pauseMs?: number | undefined;
  /**
   * An operation that was just started is found some seconds later. For so long, in milliseconds, one that is not
   * found is looked for again: 15,000 unless given. It counts until it was seen.
   */
  readonly unseenMs?: number | undefined;
}

type Show = (
  id: 'showOperation' | 'showTenantOperation',
  request: {
    readonly path: Operations['showTenantOperation']['path'];
    readonly signal?: AbortSignal | undefined;
  },
) => Promise<Operation>;

const usualPauseMs = 1_000;
const usualUnseenMs = 15_000;

/** The operation as it is now, whenever it has moved, and at last when it has ended. */
export async function* followOperation(
  show: Show,
  { operation_id, tenant_id }: OperationPlace,
  { signal, pauseMs = usualPauseMs, unseenMs = usualUnseenMs }: FollowOptions = {},
): AsyncGenerator<Operation> {
  const path = { operation_id, tenant: tenant_id ?? '' };
  const look = () => show(tenant_id === null ? 'showOperation' : 'showTenantOperation', { path, signal });
  let seen: string | undefined;
  let pausedMs = 0;
  for (let nextMs = pauseMs; ; nextMs = Math.min(nextMs * 1.5, pauseMs * 10)) {
    const mayBeUnseen = seen === undefined && pausedMs < unseenMs;
    const operation = await look().catch((error: unknown) => {
      if (mayBeUnseen && error instanceof ApiProblem && error.status === 404) return undefined;
      throw error;
    });
    pausedMs += nextMs;
    if (operation === undefined) {
      await pause(nextMs, signal);
      continue;
    }
    const hasEnded = operation.ended_at !== null;
    if (operation.updated_at !== seen || hasEnded) yield operation;
    if (hasEnded) return;
    seen = operation.updated_at;
    await pause(nextMs, signal);
  }
}
