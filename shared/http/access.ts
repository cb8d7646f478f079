import type { KeyScope } from '../tenants/rules/scopes';

/** Who may make a call, and with which scope where it is a tenant's key. */
export type Access =
  | { readonly who: 'everybody' }
  | { readonly who: 'admin' }
  | {
      readonly who: 'tenant' | 'admin or tenant';
      /** Undefined: any key will do, and no token. `any`: each key and each token will do. */
      readonly scope: KeyScope | 'any' | undefined;
    };

const everybody = { who: 'everybody' } as const;
const admin = { who: 'admin' } as const;
const tenant = <S extends KeyScope | undefined>(scope: S) => ({ who: 'tenant', scope }) as const;
const adminOrTenant = <S extends KeyScope | 'any'>(scope: S) => ({ who: 'admin or tenant', scope }) as const;

/**
 * Every call of the HTTP interface by its name, and who may make it: the one place that says so. Routes name
 * their operation, `authorize` decides by this table, and openapi.json is made of it.
 */
export const accessOf = {
  showIdentity: adminOrTenant('any'),
  onboardTenant: admin,
  listTenants: admin,
  listTiers: admin,
  showTenant: adminOrTenant('read'),
  exportTenant: adminOrTenant('manage'),
  changeProfile: admin,
  changeQuotas: admin,
  suspendTenant: admin,
  activateTenant: admin,
  offboardTenant: admin,
  restoreTenant: admin,
  makeApiKey: adminOrTenant('manage'),
  listApiKeys: adminOrTenant('manage'),
  rotateApiKey: adminOrTenant('manage'),
  revokeApiKey: adminOrTenant('manage'),
  makeToken: tenant(undefined),
  startRun: tenant('run'),
  listRuns: adminOrTenant('read'),
  showRun: adminOrTenant('read'),
  followRun: adminOrTenant('read'),
  listResults: adminOrTenant('results'),
  showResult: adminOrTenant('results'),
  cancelRun: adminOrTenant('run'),
  rerunRun: tenant('run'),
  startBackfill: tenant('run'),
  listPipelines: adminOrTenant('read'),
  showPipeline: adminOrTenant('read'),
  listPipelineStatistics: adminOrTenant('read'),
  bulkCancelRuns: admin,
  bulkCancelTenantRuns: adminOrTenant('run'),
  bulkRerunTenantRuns: adminOrTenant('run'),
  listOperations: admin,
  showOperation: admin,
  showTenantOperation: adminOrTenant('read'),
  abortOperation: admin,
  abortTenantOperation: adminOrTenant('run'),
  pauseOperation: admin,
  pauseTenantOperation: adminOrTenant('run'),
  resumeOperation: admin,
  resumeTenantOperation: adminOrTenant('run'),
  showUsage: adminOrTenant('read'),
  showOverview: admin,
  showActivity: adminOrTenant('read'),
  listAllRuns: admin,
  listRunsInFlight: admin,
  showAllUsage: admin,
  exportBilling: admin,
  listAuditLog: admin,
  listTenantAuditLog: adminOrTenant('manage'),
  makeWebhook: adminOrTenant('manage'),
  listWebhooks: adminOrTenant('manage'),
  showWebhook: adminOrTenant('manage'),
  changeWebhook: adminOrTenant('manage'),
  deleteWebhook: adminOrTenant('manage'),
  testWebhook: adminOrTenant('manage'),
  rotateWebhookSecret: adminOrTenant('manage'),
  listWebhookDeliveries: adminOrTenant('manage'),
  redeliver: adminOrTenant('manage'),
  makeSchedule: adminOrTenant('manage'),
  listSchedules: adminOrTenant('read'),
  showSchedule: adminOrTenant('read'),
  changeSchedule: adminOrTenant('manage'),
  deleteSchedule: adminOrTenant('manage'),
  pauseSchedule: adminOrTenant('manage'),
  resumeSchedule: adminOrTenant('manage'),
  showScheduleHistory: adminOrTenant('read'),
  showReference: everybody,
  showDocument: everybody,
  showHealth: everybody,
  showReadiness: everybody,
} as const satisfies Readonly<Record<string, Access>>;

export type OperationId = keyof typeof accessOf;

/** What a token that was made for one run can do with that run, as far as it has the scope. It can do nothing else. */
const callsOfRunTokens: ReadonlySet<OperationId> = new Set(['showRun', 'followRun', 'cancelRun']);

/** Whether a token that was made for one run may make a call about that run. */
export const isForRunTokens = (operation: OperationId): boolean => callsOfRunTokens.has(operation);

/** Who may make a call. */
export const accessTo = (operation: OperationId): Access => accessOf[operation];
