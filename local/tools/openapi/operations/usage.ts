import { billingFormats } from '../../../../functions/tenants/usage/billing-routes';
import { endedStatuses } from '../../../../shared/sql/control/list-all-runs';
import type { OperationText } from '../operation';
import { cursor, from, limit, month, to } from './parameters';

const parts = {
  granularity: {
    description: 'The parts of the period.',
    schema: { type: 'string', enum: ['day', 'month'], default: 'month' },
  },
  group_by: {
    description: 'What else parts the usage.',
    schema: { type: 'string', enum: ['pipeline', 'status'], default: 'pipeline' },
  },
} as const;

export const usageOperations: readonly OperationText[] = [
  {
    id: 'showUsage',
    method: 'GET',
    path: '/api/v1/tenants/{tenant}/usage',
    tag: 'Usage and billing',
    summary: 'A tenant’s usage by month or day, and by pipeline or status',
    description:
      'A run belongs to the month in which it was admitted. Without `from`: since this month began. With `Accept: text/csv` as a table.',
    query: {
      from,
      to,
      ...parts,
    },
    answers: [{ status: 200, description: 'The usage', body: { name: 'TenantUsage' }, alsoAs: 'text/csv' }],
    problems: ['tenant_not_found'],
  },
  {
    id: 'showAllUsage',
    method: 'GET',
    path: '/api/v1/usage',
    tag: 'Usage and billing',
    summary: 'All tenants’ usage by runs that are over, page by page',
    description:
      'Of a month, this one unless another is asked for, or from `from` to `to`: by day 92 days at most. Tenants without runs that are over are left out. With `Accept: text/csv` as a table.',
    query: { month, from, to, ...parts, limit: limit(50, 200), cursor },
    answers: [
      {
        status: 200,
        description: 'A page',
        body: { name: 'AllUsage' },
        alsoAs: 'text/csv',
        headers: ['Link'],
      },
    ],
    problems: [],
  },
  {
    id: 'listAllRuns',
    method: 'GET',
    path: '/api/v1/runs',
    tag: 'Runs of all tenants',
    summary: 'All tenants’ runs that are over, newest first, page by page',
    description:
      'Without parameters and messages, which are the tenant’s. Without `from`: admitted in the 30 days before `to`, or before now.',
    query: {
      tenant: { description: 'Runs of this tenant only.', schema: { type: 'string' } },
      status: {
        description: 'Runs of this status only.',
        schema: { type: 'string', enum: [...endedStatuses] },
      },
      pipeline: {
        description: 'Runs of this pipeline only: provider/domain/pipeline.',
        schema: { type: 'string' },
      },
      error_code: { description: 'Runs with this error code only.', schema: { type: 'string' } },
      from,
      to,
      limit: limit(50, 200),
      cursor,
    },
    answers: [{ status: 200, description: 'A page', body: { name: 'AllRunsList' }, headers: ['Link'] }],
    problems: [],
  },
  {
    id: 'listRunsInFlight',
    method: 'GET',
    path: '/api/v1/runs/in-flight',
    tag: 'Runs of all tenants',
    summary: 'What runs and what waits now over all tenants, the longest first',
    description:
      'By the rows of 500 tenants at most, which are read free of charge: five seconds old where the tenants are few, half a minute where they are many. With `tenant`, by that one’s row alone, as it is now. Without parameters, which are the tenant’s.',
    query: {
      tenant: { description: 'Runs of this tenant only.', schema: { type: 'string' } },
      status: {
        description: 'Only those that wait, or those that have a slot.',
        schema: { type: 'string', enum: ['QUEUED', 'ADMITTED'] },
      },
      pipeline: {
        description: 'Runs of this pipeline only: provider/domain/pipeline.',
        schema: { type: 'string' },
      },
      limit: limit(100, 200),
      cursor,
    },
    answers: [{ status: 200, description: 'A page', body: { name: 'RunsInFlight' }, headers: ['Link'] }],
    problems: [],
  },
  {
    id: 'exportBilling',
    method: 'GET',
    path: '/api/v1/billing/export',
    tag: 'Usage and billing',
    summary: 'A month for a billing system: one event for each completed run, or FOCUS',
    description:
      'Events as lines with `Accept: application/x-ndjson`. `csv`, `jsonl` and `focus` are texts, `focus` with a line for each tenant, pipeline and day. Without `month`: the last one that is over.',
    query: {
      month,
      format: {
        description: 'Whose events they are, or the form of the text.',
        schema: { type: 'string', enum: [...billingFormats], default: 'stripe' },
      },
      limit: limit(1000, 5000),
      cursor,
    },
    answers: [
      {
        status: 200,
        description: 'A page',
        body: { name: 'BillingExport' },
        alsoAs: 'application/x-ndjson',
        headers: ['Link', 'X-Billing-Status'],
      },
    ],
    problems: [],
  },
];

export const healthOperations: readonly OperationText[] = [
  {
    id: 'showReference',
    method: 'GET',
    path: '/api/v1/docs',
    tag: 'Health',
    summary: 'This document as a page',
    answers: [{ status: 200, description: 'HTML', body: { mediaType: 'text/html' } }],
    problems: [],
  },
  {
    id: 'showDocument',
    method: 'GET',
    path: '/api/v1/openapi.json',
    tag: 'Health',
    summary: 'This document',
    answers: [{ status: 200, description: 'OpenAPI 3.1', body: { mediaType: 'application/json' } }],
    problems: [],
  },
  {
    id: 'showHealth',
    method: 'GET',
    path: '/healthz',
    tag: 'Health',
    summary: 'Whether the process answers',
    answers: [{ status: 200, description: 'It does', body: { name: 'Health' } }],
    problems: [],
  },
  {
    id: 'showReadiness',
    method: 'GET',
    path: '/readyz',
    tag: 'Health',
    summary: 'Whether BigQuery and Pub/Sub answer, as seen within the last five seconds',
    answers: [
      { status: 200, description: 'Both do', body: { name: 'Readiness' } },
      { status: 503, description: 'One does not', body: { name: 'Readiness' } },
    ],
    problems: [],
  },
];
