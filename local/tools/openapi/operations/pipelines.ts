import type { OperationText } from '../operation';
import { tenantOfAdmins } from './parameters';

export const pipelineOperations: readonly OperationText[] = [
  {
    id: 'listPipelines',
    method: 'GET',
    path: '/api/v1/pipelines',
    tag: 'Pipelines',
    summary: 'The pipelines that can be started, with their parameters',
    query: { tenant: tenantOfAdmins },
    answers: [{ status: 200, description: 'All of them', body: { name: 'Catalogue' } }],
    problems: [],
  },
  {
    id: 'listPipelineStatistics',
    method: 'GET',
    path: '/api/v1/pipelines/statistics',
    tag: 'Pipelines',
    summary: 'How runs of each pipeline have ended, and how long they took',
    description:
      'Of runs that are over, by when they were admitted. An admin who names no tenant gets all tenants’.',
    query: {
      days: {
        description: 'Runs that were admitted in so many days up to now.',
        schema: { type: 'integer', minimum: 1, maximum: 90, default: 30 },
      },
      tenant: {
        ...tenantOfAdmins,
        description: 'The id of a tenant: of its runs only. A tenant can name no other.',
      },
    },
    answers: [{ status: 200, description: 'The figures', body: { name: 'PipelineStatistics' } }],
    problems: ['tenant_not_found'],
  },
  {
    id: 'showPipeline',
    method: 'GET',
    path: '/api/v1/pipelines/{provider}/{domain}/{pipeline}',
    tag: 'Pipelines',
    summary: 'What a pipeline does, step by step',
    description: 'Its definition, without what a step sends to an API. It is the same for all tenants.',
    query: { tenant: { ...tenantOfAdmins, description: 'Changes nothing: an admin need name none here.' } },
    answers: [{ status: 200, description: 'The definition', body: { name: 'Pipeline' } }],
    problems: ['pipeline_not_allowed', 'pipeline_not_found'],
  },
];
