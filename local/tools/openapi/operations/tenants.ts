import { onboardingSchema } from '../../../../functions/onboard/onboard-tenant';
import {
  profileChangeSchema,
  quotaChangeSchema,
  suspensionSchema,
} from '../../../../functions/tenants/administer-tenant';
import { newApiKeySchema } from '../../../../functions/tenants/keys/administer-keys';
import { tokenRequestSchema } from '../../../../functions/tenants/keys/make-token';
import { rotationSchema } from '../../../../functions/tenants/keys/rotate-key';
import { tenantOrders, tenantSorts } from '../../../../functions/tenants/tenant-order';
import type { Quotas } from '../../../../shared/tenants/rules/quotas';
import type { Answer, OperationText } from '../operation';
import { offboardingOperations } from './offboarding';
import { cursor, entityTags, from, ifMatch, limit, to } from './parameters';

const tenant = '/api/v1/tenants/{tenant}';
const auditQuery = {
  from,
  to,
  action: { description: 'Calls of this name only, such as `changeQuotas`.', schema: { type: 'string' } },
  actor: { description: 'Of this admin, person or key only.', schema: { type: 'string' } },
  limit: limit(100, 1000),
  cursor,
};
const tenantAfter: Answer = {
  status: 200,
  description: 'The tenant after it',
  body: { name: 'Tenant' },
  headers: ['ETag'],
};
const badBody = ['payload_too_large', 'unsupported_media_type'] as const;

/** @param tiers the deployment's own, whose names a tier must have */
export const tenantOperations = (tiers: Readonly<Record<string, Quotas>>): readonly OperationText[] => [
  {
    id: 'onboardTenant',
    method: 'POST',
    path: '/api/v1/customers/onboard',
    tag: 'Onboarding',
    summary: 'Makes a tenant: its dataset, metadata tables and API key',
    description: 'The same call again completes what an earlier one left half-way.',
    body: { name: 'Onboarding', schema: onboardingSchema(tiers), isRequired: true },
    answers: [
      { status: 201, description: 'Onboarded', body: { name: 'OnboardedTenant' }, headers: ['Location'] },
    ],
    problems: ['tenant_exists', ...badBody],
  },
  {
    id: 'showIdentity',
    method: 'GET',
    path: '/api/v1/identity',
    tag: 'API keys',
    summary: 'Who the caller is, and what it may do',
    description: 'For any valid key or token of a tenant, any admin’s key, and people who are admins.',
    answers: [{ status: 200, description: 'An admin, or a tenant', body: { name: 'Identity' } }],
    problems: [],
  },
  {
    id: 'listTenants',
    method: 'GET',
    path: '/api/v1/tenants',
    tag: 'Tenants',
    summary: 'All tenants, page by page',
    description:
      'Of a page those that do not match are left out: it can have fewer than `limit`, and others may follow. The numbers are those of the last write to each tenant. A sorted list is one of up to 500 tenants; with more of them it is refused.',
    query: {
      sort: {
        description:
          'By name, creation, last run, runs used this month, or their share of the monthly quota.',
        schema: { type: 'string', enum: tenantSorts },
      },
      order: {
        description: 'Beside `sort`: the least first unless given.',
        schema: { type: 'string', enum: tenantOrders },
      },
      tier: { description: 'Tenants of this tier only.', schema: { type: 'string' } },
      active: { description: 'Only those that are active, or suspended.', schema: { type: 'boolean' } },
      near_quota: {
        description: 'Only those that have used 80 % of their monthly quota or more, or less.',
        schema: { type: 'boolean' },
      },
      limit: limit(100, 200),
      cursor,
    },
    answers: [{ status: 200, description: 'A page', body: { name: 'TenantList' }, headers: ['Link'] }],
    problems: [],
  },
  {
    id: 'showTenant',
    method: 'GET',
    path: tenant,
    tag: 'Tenants',
    summary: 'A tenant with its quotas, its usage and its runs in flight',
    headers: {
      'If-None-Match': {
        description:
          'The ETag of an earlier answer: if administrators have changed nothing since, that is all that is told.',
        schema: entityTags,
      },
    },
    answers: [
      { status: 200, description: 'The tenant', body: { name: 'Tenant' }, headers: ['ETag'] },
      { status: 304, description: 'Administrators have changed nothing since', headers: ['ETag'] },
    ],
    problems: ['tenant_not_found'],
  },
  {
    id: 'exportTenant',
    method: 'GET',
    path: `${tenant}/export`,
    tag: 'Tenants',
    summary: 'What is kept of a tenant and where',
    description: 'Its profile, its keys without the keys themselves, its dataset and each table in it.',
    answers: [{ status: 200, description: 'The whereabouts', body: { name: 'TenantExport' } }],
    problems: ['tenant_not_found'],
  },
  {
    id: 'changeProfile',
    method: 'PATCH',
    path: tenant,
    tag: 'Administration',
    summary: 'Changes name, contact or notes',
    description: 'null takes an address or notes away.',
    headers: { 'If-Match': ifMatch },
    body: { name: 'ProfileChange', schema: profileChangeSchema, isRequired: true },
    answers: [tenantAfter],
    problems: ['tenant_not_found', 'precondition_failed', ...badBody],
  },
  {
    id: 'changeQuotas',
    method: 'PATCH',
    path: `${tenant}/quotas`,
    tag: 'Administration',
    summary: 'Changes quotas, or the tier',
    description:
      'A tier alone brings its own quotas; with `keep_overrides` those stay that differ from the quotas of the tier before. The change holds for the next admission.',
    headers: { 'If-Match': ifMatch },
    body: { name: 'QuotaChange', schema: quotaChangeSchema(tiers), isRequired: true },
    answers: [
      {
        status: 200,
        description: 'The tenant after it, and what the tier has overwritten',
        body: { name: 'ChangedQuotas' },
        headers: ['ETag'],
      },
    ],
    problems: ['tenant_not_found', 'precondition_failed', ...badBody],
  },
  {
    id: 'suspendTenant',
    method: 'POST',
    path: `${tenant}/suspend`,
    tag: 'Administration',
    summary: 'Suspends a tenant: no run of it starts any more',
    description: '`reason` is for operators; `public_reason` is told to the tenant when it is refused.',
    body: { name: 'Suspension', schema: suspensionSchema, isRequired: true },
    answers: [tenantAfter],
    problems: ['tenant_not_found', ...badBody],
  },
  {
    id: 'activateTenant',
    method: 'POST',
    path: `${tenant}/activate`,
    tag: 'Administration',
    summary: 'Ends a suspension',
    answers: [tenantAfter],
    problems: ['tenant_not_found', 'tenant_offboarding', ...badBody],
  },
  ...offboardingOperations,
  {
    id: 'listAuditLog',
    method: 'GET',
    path: '/api/v1/audit',
    tag: 'Audit',
    summary: 'Who has changed what, of all tenants, youngest first, page by page',
    description: 'As CSV with `Accept: text/csv`.',
    query: { tenant: { description: 'Of this tenant only.', schema: { type: 'string' } }, ...auditQuery },
    answers: [{ status: 200, description: 'A page', body: { name: 'AuditLog' }, headers: ['Link'] }],
    problems: [],
  },
  {
    id: 'listTenantAuditLog',
    method: 'GET',
    path: `${tenant}/audit`,
    tag: 'Audit',
    summary: 'Who has changed what of a tenant, youngest first, page by page',
    description:
      'As CSV with `Accept: text/csv`. A tenant is not told which admin it was, nor from where, nor what was before it was onboarded.',
    query: auditQuery,
    answers: [{ status: 200, description: 'A page', body: { name: 'AuditLog' }, headers: ['Link'] }],
    problems: ['tenant_not_found'],
  },
  {
    id: 'makeApiKey',
    method: 'POST',
    path: `${tenant}/api-keys`,
    tag: 'API keys',
    summary: 'Makes a further key, shown once in the answer',
    description:
      'No key can make one that may do more, or that outlives it. Scopes and pipelines are those of the key that asks unless given; an admin’s are all.',
    body: { name: 'ApiKeyRequest', schema: newApiKeySchema, isRequired: false },
    answers: [{ status: 201, description: 'The key', body: { name: 'NewApiKey' } }],
    problems: ['tenant_not_found', 'pipeline_not_allowed', ...badBody],
  },
  {
    id: 'listApiKeys',
    method: 'GET',
    path: `${tenant}/api-keys`,
    tag: 'API keys',
    summary: 'The tenant’s keys, oldest first, without the keys themselves',
    answers: [{ status: 200, description: 'All of them', body: { name: 'ApiKeyList' } }],
    problems: ['tenant_not_found'],
  },
  {
    id: 'rotateApiKey',
    method: 'POST',
    path: `${tenant}/api-keys/{key_id}/rotate`,
    tag: 'API keys',
    summary: 'Replaces a key by one that inherits all it has; the old one ends after an overlap',
    description:
      'An overlap of 0 revokes the old key at once. Only a key that may do all that the old one may, and lives as long, can rotate it.',
    body: { name: 'Rotation', schema: rotationSchema, isRequired: true },
    answers: [{ status: 201, description: 'The new key', body: { name: 'RotatedApiKey' } }],
    problems: ['tenant_not_found', 'api_key_not_found', 'pipeline_not_allowed', ...badBody],
  },
  {
    id: 'revokeApiKey',
    method: 'DELETE',
    path: `${tenant}/api-keys/{key_id}`,
    tag: 'API keys',
    summary: 'Revokes a key',
    description: 'It starts no run from the answer on; reads may be served for up to 30 seconds more.',
    answers: [{ status: 204, description: 'Revoked' }],
    problems: ['tenant_not_found', 'api_key_not_found'],
  },
  {
    id: 'makeToken',
    method: 'POST',
    path: `${tenant}/tokens`,
    tag: 'API keys',
    summary: 'Exchanges a key for a short-lived token, to be put into a page',
    description:
      'It can have the scopes `run`, `read` and `results` of its key, has the first two of these unless others are named, may be for one run only (it then shows, follows and cancels that), and lasts an hour at most. Once its key is revoked it starts no run, and reads until it ends.',
    body: { name: 'TokenRequest', schema: tokenRequestSchema, isRequired: false },
    answers: [{ status: 201, description: 'The token', body: { name: 'Token' } }],
    problems: [...badBody],
  },
];
