// Made of schemas/openapi.json: `npm run schema` writes this file.
import type { AdministrationOperations } from './administration';
import type { ApiKeysOperations } from './api-keys';
import type { AuditOperations } from './audit';
import type { HealthOperations } from './health';
import type { OffboardingOperations } from './offboarding';
import type { OnboardingOperations } from './onboarding';
import type { OperationsOperations } from './operations';
import type { PipelinesOperations } from './pipelines';
import type { ResultsOperations } from './results';
import type { RunsOperations } from './runs';
import type { RunsOfAllTenantsOperations } from './runs-of-all-tenants';
import type { SchedulesOperations } from './schedules';
import type { StartingRunsOperations } from './starting-runs';
import type { TenantsOperations } from './tenants';
import type { UsageAndBillingOperations } from './usage-and-billing';
import type { WebhooksOperations } from './webhooks';

export type * from './administration';
export type * from './api-keys';
export type * from './audit';
export type * from './common';
export type * from './health';
export type * from './offboarding';
export type * from './onboarding';
export type * from './operations';
export type * from './pipelines';
export type * from './results';
export type * from './runs';
export type * from './runs-of-all-tenants';
export type * from './schedules';
export type * from './starting-runs';
export type * from './tenants';
export type * from './usage-and-billing';
export type * from './webhooks';

/** What each call takes and answers. */
export interface Operations
  extends OnboardingOperations,
    ApiKeysOperations,
    TenantsOperations,
    AdministrationOperations,
    OffboardingOperations,
    AuditOperations,
    WebhooksOperations,
    SchedulesOperations,
    StartingRunsOperations,
    RunsOperations,
    ResultsOperations,
    PipelinesOperations,
    OperationsOperations,
    UsageAndBillingOperations,
    RunsOfAllTenantsOperations,
    HealthOperations {}

/** Method and path of each call. */
export const operations = {
  onboardTenant: { method: 'POST', path: '/api/v1/customers/onboard' },
  showIdentity: { method: 'GET', path: '/api/v1/identity' },
  listTenants: { method: 'GET', path: '/api/v1/tenants' },
  showTenant: { method: 'GET', path: '/api/v1/tenants/{tenant}' },
  changeProfile: { method: 'PATCH', path: '/api/v1/tenants/{tenant}' },
  offboardTenant: { method: 'DELETE', path: '/api/v1/tenants/{tenant}' },
  exportTenant: { method: 'GET', path: '/api/v1/tenants/{tenant}/export' },
  changeQuotas: { method: 'PATCH', path: '/api/v1/tenants/{tenant}/quotas' },
  suspendTenant: { method: 'POST', path: '/api/v1/tenants/{tenant}/suspend' },
  activateTenant: { method: 'POST', path: '/api/v1/tenants/{tenant}/activate' },
  restoreTenant: { method: 'POST', path: '/api/v1/tenants/{tenant}/restore' },
  listAuditLog: { method: 'GET', path: '/api/v1/audit' },
  listTenantAuditLog: { method: 'GET', path: '/api/v1/tenants/{tenant}/audit' },
  makeApiKey: { method: 'POST', path: '/api/v1/tenants/{tenant}/api-keys' },
  listApiKeys: { method: 'GET', path: '/api/v1/tenants/{tenant}/api-keys' },
  rotateApiKey: { method: 'POST', path: '/api/v1/tenants/{tenant}/api-keys/{key_id}/rotate' },
  revokeApiKey: { method: 'DELETE', path: '/api/v1/tenants/{tenant}/api-keys/{key_id}' },
  makeToken: { method: 'POST', path: '/api/v1/tenants/{tenant}/tokens' },
  listTiers: { method: 'GET', path: '/api/v1/tiers' },
  showOverview: { method: 'GET', path: '/api/v1/overview' },
  showActivity: { method: 'GET', path: '/api/v1/tenants/{tenant}/activity' },
  makeWebhook: { method: 'POST', path: '/api/v1/tenants/{tenant}/webhooks' },
  listWebhooks: { method: 'GET', path: '/api/v1/tenants/{tenant}/webhooks' },
  showWebhook: { method: 'GET', path: '/api/v1/tenants/{tenant}/webhooks/{webhook_id}' },
  changeWebhook: { method: 'PATCH', path: '/api/v1/tenants/{tenant}/webhooks/{webhook_id}' },
  deleteWebhook: { method: 'DELETE', path: '/api/v1/tenants/{tenant}/webhooks/{webhook_id}' },
  testWebhook: { method: 'POST', path: '/api/v1/tenants/{tenant}/webhooks/{webhook_id}/test' },
  rotateWebhookSecret: {
    method: 'POST',
    path: '/api/v1/tenants/{tenant}/webhooks/{webhook_id}/rotate-secret',
  },
  listWebhookDeliveries: { method: 'GET', path: '/api/v1/tenants/{tenant}/webhooks/{webhook_id}/deliveries' },
  redeliver: {
    method: 'POST',
    path: '/api/v1/tenants/{tenant}/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver',
  },
  makeSchedule: { method: 'POST', path: '/api/v1/tenants/{tenant}/schedules' },
  listSchedules: { method: 'GET', path: '/api/v1/tenants/{tenant}/schedules' },
  showSchedule: { method: 'GET', path: '/api/v1/tenants/{tenant}/schedules/{schedule_id}' },
  changeSchedule: { method: 'PATCH', path: '/api/v1/tenants/{tenant}/schedules/{schedule_id}' },
  deleteSchedule: { method: 'DELETE', path: '/api/v1/tenants/{tenant}/schedules/{schedule_id}' },
  pauseSchedule: { method: 'POST', path: '/api/v1/tenants/{tenant}/schedules/{schedule_id}/pause' },
  resumeSchedule: { method: 'POST', path: '/api/v1/tenants/{tenant}/schedules/{schedule_id}/resume' },
  showScheduleHistory: { method: 'GET', path: '/api/v1/tenants/{tenant}/schedules/{schedule_id}/history' },
  startRun: { method: 'POST', path: '/api/v1/pipelines/run/{tenant}/{provider}/{domain}/{pipeline}' },
  listRuns: { method: 'GET', path: '/api/v1/pipelines/runs' },
  showRun: { method: 'GET', path: '/api/v1/pipelines/runs/{run_id}' },
  followRun: { method: 'GET', path: '/api/v1/pipelines/runs/{run_id}/events' },
  cancelRun: { method: 'POST', path: '/api/v1/pipelines/runs/{run_id}/cancel' },
  listResults: { method: 'GET', path: '/api/v1/pipelines/runs/{run_id}/results' },
  showResult: { method: 'GET', path: '/api/v1/pipelines/runs/{run_id}/results/{n}' },
  rerunRun: { method: 'POST', path: '/api/v1/pipelines/runs/{run_id}/rerun' },
  listPipelines: { method: 'GET', path: '/api/v1/pipelines' },
  listPipelineStatistics: { method: 'GET', path: '/api/v1/pipelines/statistics' },
  showPipeline: { method: 'GET', path: '/api/v1/pipelines/{provider}/{domain}/{pipeline}' },
  bulkCancelRuns: { method: 'POST', path: '/api/v1/runs/bulk-cancel' },
  bulkCancelTenantRuns: { method: 'POST', path: '/api/v1/tenants/{tenant}/runs/bulk-cancel' },
  bulkRerunTenantRuns: { method: 'POST', path: '/api/v1/tenants/{tenant}/runs/bulk-rerun' },
  startBackfill: { method: 'POST', path: '/api/v1/pipelines/{provider}/{domain}/{pipeline}/backfills' },
  listOperations: { method: 'GET', path: '/api/v1/operations' },
  showOperation: { method: 'GET', path: '/api/v1/operations/{operation_id}' },
  abortOperation: { method: 'POST', path: '/api/v1/operations/{operation_id}/abort' },
  showTenantOperation: { method: 'GET', path: '/api/v1/tenants/{tenant}/operations/{operation_id}' },
  abortTenantOperation: { method: 'POST', path: '/api/v1/tenants/{tenant}/operations/{operation_id}/abort' },
  pauseOperation: { method: 'POST', path: '/api/v1/operations/{operation_id}/pause' },
  pauseTenantOperation: { method: 'POST', path: '/api/v1/tenants/{tenant}/operations/{operation_id}/pause' },
  resumeOperation: { method: 'POST', path: '/api/v1/operations/{operation_id}/resume' },
  resumeTenantOperation: {
    method: 'POST',
    path: '/api/v1/tenants/{tenant}/operations/{operation_id}/resume',
  },
  showUsage: { method: 'GET', path: '/api/v1/tenants/{tenant}/usage' },
  showAllUsage: { method: 'GET', path: '/api/v1/usage' },
  listAllRuns: { method: 'GET', path: '/api/v1/runs' },
  listRunsInFlight: { method: 'GET', path: '/api/v1/runs/in-flight' },
  exportBilling: { method: 'GET', path: '/api/v1/billing/export' },
  showReference: { method: 'GET', path: '/api/v1/docs' },
  showDocument: { method: 'GET', path: '/api/v1/openapi.json' },
  showHealth: { method: 'GET', path: '/healthz' },
  showReadiness: { method: 'GET', path: '/readyz' },
} as const satisfies Readonly<Record<keyof Operations, { method: string; path: string }>>;
