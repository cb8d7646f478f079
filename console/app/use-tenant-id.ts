import { useRoute } from 'preact-iso/router';
import { currentSession } from './session';

/**
 * The tenant that the page is about: the one that its address names, or else, at the start, whoever is signed in.
 * Throws where there is neither.
 */
export function useTenantId(): string {
  const { tenant } = useRoute().params;
  if (tenant !== undefined) return tenant;
  const { identity } = currentSession();
  if (identity.kind === 'tenant') return identity.tenantId;
  throw new Error('The address names no tenant');
}
