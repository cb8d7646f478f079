import type { Tenant } from '../../client';
import { currentSession } from '../app/session';
import type { Loaded } from '../data/asking/use-asked';
import { useCall } from '../data/use-call';

/** A tenant as it was seen, with the version by which a change says that it means just that. */
export interface SeenTenant {
  readonly tenant: Tenant;
  /** The answer's ETag, for `If-Match`. */
  readonly version: string | undefined;
}

/** Free of charge. */
const refreshMs = 15_000;

/** The tenant as it is now. */
export async function readTenant(tenantId: string, signal?: AbortSignal): Promise<SeenTenant> {
  const path = { tenant: tenantId };
  const { answer, headers } = await currentSession().api.callWithHeaders('showTenant', { path, signal });
  return { tenant: answer, version: headers.get('ETag') ?? undefined };
}

/** The tenant, asked for again now and then. */
export const useTenant = (tenantId: string): Loaded<SeenTenant> =>
  useCall(`showTenant ${tenantId}`, (signal) => readTenant(tenantId, signal), { everyMs: refreshMs });

/** Headers of a change that is meant for just what was seen. */
export const ifStill = ({ version }: SeenTenant): { readonly 'If-Match'?: string } =>
  version === undefined ? {} : { 'If-Match': version };
