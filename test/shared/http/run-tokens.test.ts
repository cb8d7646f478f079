import { accessOf, accessTo, type OperationId } from '../../../shared/http/access';
import { requireTenant, type TenantAuthentication } from '../../../shared/http/authorize';
import type { HttpRequest } from '../../../shared/http/route';
import { scopes } from '../../../shared/tenants/rules/scopes';

const deps: TenantAuthentication = {
  authenticateTenant: () => Promise.reject(new Error('No key was sent')),
  checkToken: () => ({
    tenantId: 'acme',
    keyId: 'key-1',
    scopes,
    pipelines: [],
    runId: 'run-1',
    expiresAt: Number.POSITIVE_INFINITY,
  }),
};

const requestOf = (operation: OperationId, params: HttpRequest['params']): HttpRequest => ({
  operation,
  method: 'GET',
  path: '/',
  params,
  query: new URLSearchParams(),
  header: (name) => (name === 'Authorization' ? 'Bearer tpt1.claims.signature' : undefined),
  address: '127.0.0.1',
  recognise: () => undefined,
  json: () => Promise.resolve(undefined),
});

const isOperation = (name: string): name is OperationId => Object.hasOwn(accessOf, name);
const operations = Object.keys(accessOf)
  .filter(isOperation)
  .filter((operation) => {
    const access = accessTo(operation);
    // For the others no token will do.
    return 'scope' in access && access.scope !== undefined && access.scope !== 'any';
  });
const outcomeOf = (operation: OperationId, params: HttpRequest['params']) =>
  requireTenant(deps, requestOf(operation, params)).then(
    () => 'allowed',
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );

describe('A token for one run, with every scope', () => {
  it('shows, follows and cancels that run, and nothing else', async () => {
    const allowed: OperationId[] = [];
    for (const operation of operations) {
      const outcome = await outcomeOf(operation, { run_id: 'run-1' });
      if (outcome === 'allowed') allowed.push(operation);
      else expect([operation, outcome]).toEqual([operation, 'run_mismatch']);
    }
    expect(allowed).toEqual(['showRun', 'followRun', 'cancelRun']);
  });

  it.each(operations)('is of no use for %s of another run, or of none', async (operation) => {
    expect(await outcomeOf(operation, { run_id: 'run-2' })).toBe('run_mismatch');
    expect(await outcomeOf(operation, {})).toBe('run_mismatch');
  });
});
