import type { ProblemCode } from '../../../shared/errors';
import type { Access } from '../../../shared/http/access';
import type { Operation } from './operation';

/** What any call can be refused with. */
const ofEveryCall = ['invalid_request', 'too_many_failures', 'internal', 'unavailable'] as const;
const ofCallers: Readonly<Record<Access['who'], readonly ProblemCode[]>> = {
  everybody: [],
  admin: ['unauthenticated'],
  tenant: ['unauthenticated', 'insufficient_scope'],
  'admin or tenant': ['unauthenticated', 'insufficient_scope', 'tenant_mismatch'],
};

/** The codes of the problems that an operation can answer. */
export const problemsOf = ({ access, method, path, problems }: Operation): readonly ProblemCode[] => [
  ...ofEveryCall,
  ...ofCallers[access.who].filter((code) => !hasAnyScope(access) || code === 'unauthenticated'),
  ...(access.who.startsWith('admin') && method !== 'GET'
    ? (['insufficient_role', 'cross_site_request'] as const)
    : []),
  ...('scope' in access && access.scope !== undefined && access.scope !== 'manage' && !hasAnyScope(access)
    ? (['run_mismatch'] as const)
    : []),
  ...(access.who === 'tenant' && path.includes('{tenant}') ? (['tenant_mismatch'] as const) : []),
  ...problems,
];

/** Whether each key and each token of a tenant may make the call. */
const hasAnyScope = (access: Access): boolean => 'scope' in access && access.scope === 'any';
