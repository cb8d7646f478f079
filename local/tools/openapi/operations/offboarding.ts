import type { OperationText } from '../operation';

/** The end of a tenant, and its return. */
export const offboardingOperations: readonly OperationText[] = [
  {
    id: 'offboardTenant',
    method: 'DELETE',
    path: '/api/v1/tenants/{tenant}',
    tag: 'Offboarding',
    summary: 'Offboards a tenant: suspends it, lets its runs end, records them, removes its dataset',
    description:
      'While runs are in flight it is refused, unless `force` cancels them. It waits until BigQuery’s streaming buffer has let the ledger go, which can last 90 minutes, unless it is forced. What does not come to its end in the time of an answer goes on with the same call again: `stage` says how far it has come. It can be restored for 7 days.',
    query: {
      confirm: {
        description: 'The id of the tenant, once more.',
        schema: { type: 'string' },
        isRequired: true,
      },
      force: {
        description: 'Cancels runs that are in flight, and does not wait for the streaming buffer.',
        schema: { type: 'boolean', default: false },
      },
    },
    answers: [
      { status: 200, description: 'The dataset is removed', body: { name: 'Offboarding' } },
      {
        status: 202,
        description: 'It has begun: the same call again goes on',
        body: { name: 'Offboarding' },
        headers: ['Retry-After'],
      },
    ],
    problems: ['tenant_not_found', 'runs_in_flight', 'tenant_exists'],
  },
  {
    id: 'restoreTenant',
    method: 'POST',
    path: '/api/v1/tenants/{tenant}/restore',
    tag: 'Offboarding',
    summary: 'Brings an offboarded tenant back, suspended, as it was when it was removed',
    description:
      'Within 7 days, unless its name was given to another. Its keys work again; activate it to let it run.',
    answers: [{ status: 200, description: 'The tenant', body: { name: 'Tenant' }, headers: ['ETag'] }],
    problems: ['tenant_not_found', 'tenant_exists', 'tenant_offboarding'],
  },
];
