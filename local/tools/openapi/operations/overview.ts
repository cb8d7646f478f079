import type { OperationText } from '../operation';

export const overviewOperations: readonly OperationText[] = [
  {
    id: 'showOverview',
    method: 'GET',
    path: '/api/v1/overview',
    tag: 'Administration',
    summary: 'What operators see first: how all tenants’ runs go, and what needs to be looked at',
    description:
      'Numbers of now are some ten seconds old at most, those of the last 24 hours a minute or two.',
    answers: [{ status: 200, description: 'The overview', body: { name: 'Overview' } }],
    problems: [],
  },
  {
    id: 'showActivity',
    method: 'GET',
    path: '/api/v1/tenants/{tenant}/activity',
    tag: 'Tenants',
    summary: 'How many of a tenant’s runs ran and waited at once, by five minutes',
    query: {
      hours: {
        description: 'How many hours before now.',
        schema: { type: 'integer', minimum: 1, maximum: 168, default: 24 },
      },
    },
    answers: [{ status: 200, description: 'The activity', body: { name: 'TenantActivity' } }],
    problems: ['tenant_not_found'],
  },
];
