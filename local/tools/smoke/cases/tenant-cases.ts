import { findApiKey } from '../../../../shared/sql/keys/find-api-key';
import { insertApiKey } from '../../../../shared/sql/keys/insert-api-key';
import { keepOnlyApiKey } from '../../../../shared/sql/keys/keep-only-api-key';
import { listApiKeys } from '../../../../shared/sql/keys/list-api-keys';
import { listValidKeys } from '../../../../shared/sql/keys/list-valid-keys';
import { noteExpiries } from '../../../../shared/sql/keys/note-expiries';
import { noteKeyUses } from '../../../../shared/sql/keys/note-key-uses';
import { blockApiKey, revokeApiKey } from '../../../../shared/sql/keys/revoke-api-key';
import { rotateApiKey } from '../../../../shared/sql/keys/rotate-api-key';
import { listRecordedHours } from '../../../../shared/sql/runs/list-recorded-hours';
import { listRecordedRuns } from '../../../../shared/sql/runs/list-recorded-runs';
import { listUnrecordedRuns } from '../../../../shared/sql/runs/list-unrecorded-runs';
import { activateTenant } from '../../../../shared/sql/tenants/activate-tenant';
import { beginOffboarding } from '../../../../shared/sql/tenants/begin-offboarding';
import { changeProfile } from '../../../../shared/sql/tenants/change-profile';
import { changeQuotas } from '../../../../shared/sql/tenants/change-quotas';
import { insertTenant } from '../../../../shared/sql/tenants/insert-tenant';
import { readTenant } from '../../../../shared/sql/tenants/read-tenant';
import { resetMonth } from '../../../../shared/sql/tenants/reset-month';
import { restoreTenant } from '../../../../shared/sql/tenants/restore-tenant';
import { suspendTenant } from '../../../../shared/sql/tenants/suspend-tenant';
import { type CaseValues, statementCase } from './statement-case';

const oneRow = 'A lone UPDATE is atomic, and reports how many rows it changed.';
const twoStatements = 'A script of an UPDATE and a SELECT answers what the SELECT reads after the UPDATE.';
const keyHash = (key: number) => `hash-of-key-${key}`;

const key = (number: number) =>
  statementCase(
    insertApiKey,
    'An INSERT can be read by the next statement.',
    ({ tenantId, now }: CaseValues) => ({
      key_id: `key-${number}`,
      tenant_id: tenantId,
      key_hash: keyHash(number),
      last_four: 'four',
      name: null,
      scopes: ['run', 'read'],
      pipelines: [],
      now,
      created_by: 'onboard',
      expires_at: null,
    }),
  );

/** A tenant begins: these come first. */
export const tenantCases = [
  statementCase(
    insertTenant,
    'NULL parameters of type INT64 are taken; arrays that an INSERT leaves out read as empty.',
    ({ tenantId, now }) => ({
      tenant_id: tenantId,
      company_name: 'Smoke Test',
      contact_email: null,
      subscription_tier: 'STARTER',
      max_pipelines_per_month: 500,
      max_concurrent_pipelines: null,
      max_bytes_billed_per_month: null,
      max_queued_pipelines: 0,
      alert_at_percent: '80,100',
      notes: null,
      onboarding_id: 'onboarding-1',
      now,
    }),
  ),
  statementCase(
    readTenant,
    'A single SELECT may be answered without a job (JOB_CREATION_OPTIONAL), with the rows in the answer.',
    ({ tenantId, now }) => ({ tenant_id: tenantId, now }),
  ),
  key(1),
  key(2),
  statementCase(findApiKey, 'As read-tenant: it is what every call waits for.', ({ tenantId }) => ({
    tenant_id: tenantId,
    key_hash: keyHash(1),
  })),
  statementCase(listApiKeys, 'A comparison with a NULL column leaves the row out.', ({ tenantId }) => ({
    tenant_id: tenantId,
  })),
  statementCase(keepOnlyApiKey, 'A DELETE of rows that an INSERT made a moment ago is allowed.', () => ({
    key_id: 'key-1',
  })),
  statementCase(
    listValidKeys,
    'CURRENT_TIMESTAMP is not behind the rows that were written.',
    ({ tenantId }) => ({
      tenant_id: tenantId,
    }),
  ),
  statementCase(
    noteKeyUses,
    'An array parameter takes the place of a list. The rows that were not used stay as they are.',
    ({ now }) => ({ key_ids: ['key-1'], hour: now }),
  ),
  statementCase(
    noteExpiries,
    'NULL is neither more nor less than a number: both cases are asked for.',
    () => ({ key_ids: ['key-1'], days: 7 }),
  ),
  statementCase(
    rotateApiKey,
    'A MERGE may read the table that it changes, take arrays from its source, and change and insert in one write.',
    ({ tenantId, now, to }) => ({
      key_id: 'key-1',
      new_key_id: 'key-3',
      tenant_id: tenantId,
      key_hash: keyHash(3),
      last_four: 'four',
      created_by: 'key-1',
      ends_at: to,
      now,
    }),
  ),
  statementCase(changeProfile, twoStatements, ({ tenantId, now }) => ({
    tenant_id: tenantId,
    now,
    change_id: 'change-1',
    takes_any_version: false,
    versions: ['onboarding-1-0'],
    company_name: null,
    sets_email: true,
    contact_email: null,
    sets_notes: true,
    notes: 'tried',
  })),
  statementCase(
    changeQuotas,
    'EXISTS may compare an array parameter with columns; an array of structs takes its type from itself, and is empty where it was never written.',
    ({ tenantId, now }) => ({
      tenant_id: tenantId,
      now,
      change_id: 'change-2',
      takes_any_version: true,
      versions: [],
      subscription_tier: 'STARTER',
      sets_monthly: true,
      keeps_monthly: true,
      max_pipelines_per_month: 100,
      sets_concurrent: true,
      keeps_concurrent: false,
      max_concurrent_pipelines: 6,
      sets_bytes: true,
      keeps_bytes: false,
      max_bytes_billed_per_month: 1_000_000_000,
      sets_queued: true,
      keeps_queued: true,
      max_queued_pipelines: 20,
      sets_alerts: true,
      alert_at_percent: [50],
      tiers: [
        {
          name: 'STARTER',
          max_pipelines_per_month: 500,
          max_concurrent_pipelines: 5,
          max_bytes_billed_per_month: null,
          max_queued_pipelines: 0,
        },
      ],
    }),
  ),
];

/** What changes a tenant that has had runs: these come last. */
export const endingCases = [
  statementCase(
    blockApiKey,
    'An UPDATE may have EXISTS over another table of the dataset, and arrays of structs may be rebuilt.',
    ({ tenantId, now }) => ({ tenant_id: tenantId, key_id: 'key-1', now }),
  ),
  statementCase(revokeApiKey, oneRow, ({ now }) => ({ key_id: 'key-1', now })),
  statementCase(resetMonth, 'Dates are compared with DATE_TRUNC of a parameter.', ({ now }) => ({
    period: now.toISOString().slice(0, 10),
    now,
  })),
  statementCase(suspendTenant, oneRow, ({ tenantId, now }) => ({
    tenant_id: tenantId,
    now,
    change_id: 'change-3',
    reason: 'A smoke test',
    public_reason: null,
  })),
  statementCase(
    listUnrecordedRuns,
    'NOT IN over another table of the dataset is an anti-join.',
    ({ tenantId }) => ({
      tenant_id: tenantId,
    }),
  ),
  statementCase(
    listRecordedHours,
    'BIT_XOR and FARM_FINGERPRINT tell sets of texts apart.',
    ({ tenantId }) => ({
      tenant_id: tenantId,
    }),
  ),
  statementCase(
    listRecordedRuns,
    'SELECT * REPLACE takes a NULL of the column’s type.',
    ({ tenantId, from, to }) => ({ tenant_id: tenantId, from, to, after_id: '', known: [], most: 10 }),
  ),
  statementCase(beginOffboarding, oneRow, ({ tenantId, now }) => ({
    tenant_id: tenantId,
    now,
    is_forced: true,
  })),
  statementCase(restoreTenant, oneRow, ({ tenantId, now }) => ({
    tenant_id: tenantId,
    now,
    onboarding_id: 'onboarding-1',
  })),
  // The tenant is to run again.
  statementCase(activateTenant, oneRow, ({ tenantId, now }) => ({
    tenant_id: tenantId,
    now,
    change_id: 'change-4',
  })),
];
