import { backfillSchema } from '../../../../functions/run/again/backfill-routes';
import {
  bulkCancelSchema,
  tenantBulkCancelSchema,
} from '../../../../functions/tenants/operations/bulk-cancel-routes';
import { bulkRerunSchema } from '../../../../functions/tenants/operations/bulk-rerun-routes';
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
const startedAnswers = bulkCancelAnswers.filter(({ status }) => status === 202);
const shown: OperationText['answers'] = [
  { status: 200, description: 'The operation', body: { name: 'Operation' } },
];
const abortText = 'Items that are under way are done; no other is begun.';
const pauseText = 'What is under way goes on; nothing more is begun until it is resumed.';
const pauseAnswers: OperationText['answers'] = [
  { status: 200, description: 'It has ended, or is paused already', body: { name: 'Operation' } },
  { status: 202, description: 'Paused', body: { name: 'Operation' } },
];
const resumeAnswers: OperationText['answers'] = [
  { status: 200, description: 'It is not paused', body: { name: 'Operation' } },
  { status: 202, description: 'It goes on', body: { name: 'Operation' } },
];
const changeText =
  'What an admin has started only admins can change, and what is about more pipelines than a key is for that key cannot.';
const abortAnswers: OperationText['answers'] = [
  { status: 200, description: 'It had ended before', body: { name: 'Operation' } },
  { status: 202, description: 'Aborted', body: { name: 'Operation' } },
];

/** @param tiers the deployment's own, whose names a tier must have */
const idempotencyKey = {
  'Idempotency-Key': {
    description: 'With it a request can be repeated at will: it is the same operation.',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  },
} as const;

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
    id: 'bulkRerunTenantRuns',
    method: 'POST',
    path: `${tenant}/runs/bulk-rerun`,
    tag: 'Operations',
    summary: 'Does the runs of a tenant again that are over and match a filter',
    description:
      'The filter has the names of listRuns. Each run is done again as by rerunRun (`rerun_from` is its `from`), once, whatever crashes; at most `limit` of them are in flight at once. At least one field of the filter is needed, or `all` in their place. A key that is for some pipelines does no runs of others again.',
    headers: idempotencyKey,
    body: { name: 'BulkRerun', schema: bulkRerunSchema, isRequired: true },
    answers: startedAnswers,
    problems: ['tenant_not_found', 'idempotency_key_reused', ...badBody],
  },
  {
    id: 'startBackfill',
    method: 'POST',
    path: '/api/v1/pipelines/{provider}/{domain}/{pipeline}/backfills',
    tag: 'Operations',
    summary: 'Runs a pipeline once for each date of a period',
    description:
      'Both ends count. `parameter` takes each date, `parameters` are the same for all runs, and at most `limit` runs are in flight at once. Each date is one run, whatever crashes. A full monthly quota pauses it. Of a pipeline with a watermark it takes `watermark`: where each run begins. At most 1,000 dates.',
    headers: idempotencyKey,
    body: { name: 'BackfillRequest', schema: backfillSchema, isRequired: true },
    answers: startedAnswers,
    problems: [
      'pipeline_not_allowed',
      'pipeline_not_found',
      'tenant_not_found',
      'idempotency_key_reused',
      ...badBody,
    ],
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
  {
    id: 'pauseOperation',
    method: 'POST',
    path: `${operation}/pause`,
    tag: 'Operations',
    summary: 'Pauses an operation',
    description: pauseText,
    answers: pauseAnswers,
    problems: ['operation_not_found'],
  },
  {
    id: 'pauseTenantOperation',
    method: 'POST',
    path: `${ofTenant}/pause`,
    tag: 'Operations',
    summary: 'Pauses an operation that is confined to a tenant',
    description: `${pauseText} ${changeText}`,
    answers: pauseAnswers,
    problems: ['operation_not_found', 'pipeline_not_allowed'],
  },
  {
    id: 'resumeOperation',
    method: 'POST',
    path: `${operation}/resume`,
    tag: 'Operations',
    summary: 'Has a paused operation go on',
    answers: resumeAnswers,
    problems: ['operation_not_found'],
  },
  {
    id: 'resumeTenantOperation',
    method: 'POST',
    path: `${ofTenant}/resume`,
    tag: 'Operations',
    summary: 'Has a paused operation of a tenant go on',
    description: changeText,
    answers: resumeAnswers,
    problems: ['operation_not_found', 'pipeline_not_allowed'],
  },
];
