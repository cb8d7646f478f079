import { type EitherAuthentication, requireEither } from '../../../shared/http/authorize';
import { expectNoQuery } from '../../../shared/http/parse';
import type { Route } from '../../../shared/http/route';

/** Who the caller is, by what its request carries. A page asks once it has a key, to know what to show. */
export const identityRoutes = (deps: EitherAuthentication): readonly Route[] => [
  {
    operation: 'showIdentity',
    method: 'GET',
    path: '/api/v1/identity',
    handle: async (request) => {
      const known = await requireEither(deps, request);
      expectNoQuery(request);
      if (known.kind === 'admin') {
        const { name, role } = known.admin;
        // Where admin calls are open, whoever calls is nobody in particular.
        const isSomebody = deps.adminRule.kind === 'named';
        return {
          status: 200,
          body: { kind: 'admin', name: isSomebody ? name : null, may_change: role === 'admin' },
        };
      }
      const { tenantId, keyId, scopes, pipelines, runId, expiresAt } = known.identity;
      return {
        status: 200,
        body: {
          kind: 'tenant',
          tenant_id: tenantId,
          key_id: keyId,
          scopes,
          pipelines,
          run_id: runId ?? null,
          expires_at: Number.isFinite(expiresAt) ? new Date(expiresAt).toISOString() : null,
        },
      };
    },
  },
];
