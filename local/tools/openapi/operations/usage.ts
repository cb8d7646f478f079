import { billingFormats } from '../../../../functions/tenants/usage/billing-routes';
import type { OperationText } from '../operation';
import { cursor, from, limit, month, to } from './parameters';

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
      granularity: {
        description: 'The parts of the period.',
        schema: { type: 'string', enum: ['day', 'month'], default: 'month' },
      },
      group_by: {
        description: 'What else parts the usage.',
        schema: { type: 'string', enum: ['pipeline', 'status'], default: 'pipeline' },
      },
    },
    answers: [{ status: 200, description: 'The usage', body: { name: 'TenantUsage' }, alsoAs: 'text/csv' }],
    problems: ['tenant_not_found'],
  },
  {
    id: 'showMonthlyUsage',
    method: 'GET',
    path: '/api/v1/usage',
    tag: 'Usage and billing',
    summary: 'All tenants’ usage of a month, page by page',
    description: 'With `Accept: text/csv` as a table.',
    query: { month, limit: limit(50, 200), cursor },
    answers: [
      {
        status: 200,
        description: 'A page',
        body: { name: 'MonthlyUsage' },
        alsoAs: 'text/csv',
        headers: ['Link'],
      },
    ],
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
