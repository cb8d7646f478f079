import type { Operation } from '../../client';
import { currentSession } from '../app/session';
import { type Loaded, useAsked } from '../data/asking/use-asked';

/**
 * An operation as it moves, until it has ended; not while the tab is hidden.
 * @param tenantId null: one that is not confined to a tenant
 */
export const useOperation = (tenantId: string | null, operationId: string): Loaded<Operation> =>
  useAsked<Operation>(`operation ${tenantId} ${operationId}`, {
    ask: (signal) =>
      currentSession().api.followOperation({ operation_id: operationId, tenant_id: tenantId }, { signal }),
    everyMs: () => undefined,
  });
