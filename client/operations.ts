import type { Operation, Operations } from './api';
import { pause } from './retry';

/** What an operation is found by: its answer has both. */
export type OperationPlace = Pick<Operation, 'operation_id' | 'tenant_id'>;

export interface FollowOptions {
  /** Ends the following, and rejects it with the signal's reason. The operation goes on. */
  readonly signal?: AbortSignal | undefined;
  /** Between the first two looks, in milliseconds. It grows to ten times as much: each look costs a statement. */
  readonly pauseMs?: number | undefined;
}

type Show = (
  id: 'showOperation' | 'showTenantOperation',
  request: {
    readonly path: Operations['showTenantOperation']['path'];
    readonly signal?: AbortSignal | undefined;
  },
) => Promise<Operation>;

const usualPauseMs = 1_000;

/** The operation as it is now, whenever it has moved, and at last when it has ended. */
export async function* followOperation(
  show: Show,
  { operation_id, tenant_id }: OperationPlace,
  { signal, pauseMs = usualPauseMs }: FollowOptions = {},
): AsyncGenerator<Operation> {
  const path = { operation_id, tenant: tenant_id ?? '' };
  let seen: string | undefined;
  for (let nextMs = pauseMs; ; nextMs = Math.min(nextMs * 1.5, pauseMs * 10)) {
    const operation = await show(tenant_id === null ? 'showOperation' : 'showTenantOperation', {
      path,
      signal,
    });
    const hasEnded = operation.ended_at !== null;
    if (operation.updated_at !== seen || hasEnded) yield operation;
    if (hasEnded) return;
    seen = operation.updated_at;
    await pause(nextMs, signal);
  }
}
