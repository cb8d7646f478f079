import {
  bulkCancelSchema,
  tenantBulkCancelSchema,
} from '../../../../functions/tenants/operations/bulk-cancel-routes';
import { operationStates } from '../../../../shared/operations/rules/operation';
import type { Quotas } from '../../../../shared/tenants/rules/quotas';
import type { OperationText } from '../operation';
import { cursor, limit } from './parameters';

const operation = '/api/v1/operations/{operation_id}';
const tenant = '/api/v1/tenants/{tenant}';
const ofTenant = `${tenant}/operations/{operation_id}`;
const badBody = ['payload_too_large', 'unsupported_media_type'] as const;

const bulkCancelText =
  'The filter has the names of listAllRuns. Runs match that were in flight when it was asked for. Each is cancelled as by itself; `reason` is told in its error message. At least one field of the filter is needed, or `all` in their place. The answer names an operation, which goes on by itself. With `dry_run` nothing is cancelled.';
const bulkCancelAnswers: OperationText['answers'] = [
  { status: 200, description: 'With dry_run: how many match', body: { name: 'BulkCancelCount' } },
  { status: 202, description: 'It will be done', body: { name: 'Operation' }, headers: ['Location'] },
];
const shown: OperationText['answers'] = [
  { status: 200, description: 'The operation', body: { name: 'Operation' } },
];
const abortText = 'Items that are under way are done; no other is begun.';
const abortAnswers: OperationText['answers'] = [
  { status: 200, description: 'It had ended before', body: { name: 'Operation' } },
  { status: 202, description: 'Aborted', body: { name: 'Operation' } },
];

/** @param tiers the deployment's own, whose names a tier must have */
export const operationOperations = (tiers: Readonly<Record<string, Quotas>>): readonly OperationText[] => [
  {
    id: 'bulkCancelRuns',
    method: 'POST',
    path: '/api/v1/runs/bulk-cancel',
    tag: 'Operations',
    summary: 'Cancels the runs in flight of all tenants that match a filter',
    description: bulkCancelText,
    body: { name: 'BulkCancel', schema: bulkCancelSchema(tiers), isRequired: true },
    answers: bulkCancelAnswers,
    problems: [...badBody],
  },
  {
    id: 'bulkCancelTenantRuns',
    method: 'POST',
    path: `${tenant}/runs/bulk-cancel`,
    tag: 'Operations',
    summary: 'Cancels the runs in flight of a tenant that match a filter',
    description: `${bulkCancelText} A key that is for some pipelines cancels no runs of others.`,
    body: { name: 'TenantBulkCancel', schema: tenantBulkCancelSchema, isRequired: true },
    answers: bulkCancelAnswers,
    problems: ['tenant_not_found', ...badBody],
  },
  {
    id: 'listOperations',
    method: 'GET',
    path: '/api/v1/operations',
    tag: 'Operations',
    summary: 'All operations, youngest first, page by page',
    query: {
      state: {
        description: 'Operations in this state only.',
        schema: { type: 'string', enum: [...operationStates] },
      },
      kind: { description: 'Operations of this kind only, such as bulk-cancel.', schema: { type: 'string' } },
      tenant: {
        description: 'Those that are confined to this tenant only.',
        schema: { type: 'string' },
      },
      limit: limit(50, 200),
      cursor,
    },
    answers: [{ status: 200, description: 'A page', body: { name: 'OperationList' }, headers: ['Link'] }],
    problems: [],
  },
  {
    id: 'showOperation',
    method: 'GET',
    path: operation,
    tag: 'Operations',
    summary: 'An operation with its progress',
    answers: shown,
    problems: ['operation_not_found'],
  },
  {
    id: 'abortOperation',
    method: 'POST',
    path: `${operation}/abort`,
    tag: 'Operations',
    summary: 'Ends an operation',
    description: abortText,
    answers: abortAnswers,
    problems: ['operation_not_found'],
  },
  {
    id: 'showTenantOperation',
    method: 'GET',
    path: ofTenant,
    tag: 'Operations',
    summary: 'An operation that is confined to a tenant, with its progress',
    answers: shown,
    problems: ['operation_not_found'],
  },
  {
    id: 'abortTenantOperation',
    method: 'POST',
    path: `${ofTenant}/abort`,
    tag: 'Operations',
    summary: 'Ends an operation that is confined to a tenant',
    description: `${abortText} What an admin has started only admins can abort, and what is about more pipelines than a key is for that key cannot.`,
    answers: abortAnswers,
    problems: ['operation_not_found', 'pipeline_not_allowed'],
  },
];
