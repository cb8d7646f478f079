import type { OperationText } from '../operation';

export const overviewOperations: readonly OperationText[] = [
  {
    id: 'listTiers',
    method: 'GET',
    path: '/api/v1/tiers',
    tag: 'Administration',
    summary: 'The deployment’s tiers, and the quotas that each gives',
    description: 'A tenant has what its tier gave when it came to it: its own quotas are in showTenant.',
    answers: [{ status: 200, description: 'All of them', body: { name: 'TierList' } }],
    problems: [],
  },
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
