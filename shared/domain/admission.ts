import { ServiceError } from '../errors';

/** A run that asks for admission. */
export interface Candidate {
  readonly run_id: string;
  /** provider/domain/pipeline_id */
  readonly pipeline: string;
  /** Canonical JSON text of the parameters, at most 32 KB. */
  readonly parameters: string;
  readonly trigger: string;
  /** SHA-256 of pipeline and parameters: tells a repeat from another request under the same idempotency key. */
  readonly request_hash: string;
  readonly lease_seconds: number;
}

/** The tenant row as the admission statement reports it, after it has decided. */
export interface AdmissionState {
  readonly is_active: boolean;
  /** null is unlimited. */
  readonly max_pipelines_per_month: number | null;
  readonly max_concurrent_pipelines: number | null;
  readonly used_this_month: number;
  readonly running: number;
  readonly admitted_run_ids: readonly string[];
}

export type Verdict =
  | { readonly kind: 'admitted' }
  | { readonly kind: 'refused'; readonly error: ServiceError }
  /** The row changed between decision and report: there is room now. The statement has to be asked again. */
  | { readonly kind: 'undecided' };

/** What became of a candidate: no row, then inactive, then month full, then slots full, in this order. */
export function verdictOf(
  runId: string,
  tenantId: string,
  state: AdmissionState | undefined,
  now: Date,
): Verdict {
  if (state === undefined)
    return refuse(new ServiceError('tenant_not_found', `There is no tenant '${tenantId}'`));
  if (state.admitted_run_ids.includes(runId)) return { kind: 'admitted' };
  if (!state.is_active) {
    return refuse(
      new ServiceError('tenant_inactive', 'Tenant account is inactive. Contact support to reactivate.'),
    );
  }
  const { used_this_month, max_pipelines_per_month, running, max_concurrent_pipelines } = state;
  if (max_pipelines_per_month !== null && used_this_month >= max_pipelines_per_month) {
    return refuse(monthlyQuotaExceeded(used_this_month, max_pipelines_per_month, now));
  }
  if (max_concurrent_pipelines !== null && running >= max_concurrent_pipelines) {
    return refuse(concurrentLimitReached(running, max_concurrent_pipelines));
  }
  return { kind: 'undecided' };
}

const refuse = (error: ServiceError): Verdict => ({ kind: 'refused', error });

const monthlyQuotaExceeded = (used: number, quota: number, now: Date) =>
  new ServiceError(
    'monthly_quota_exceeded',
    `Monthly pipeline quota exceeded. Used ${used}/${quota}. Upgrade subscription or wait for monthly reset.`,
    {
      members: { used, quota, resets_at: nextMonthOf(now).toISOString() },
      headers: { 'Retry-After': String(Math.ceil((nextMonthOf(now).getTime() - now.getTime()) / 1000)) },
    },
  );

const concurrentLimitReached = (running: number, quota: number) =>
  new ServiceError(
    'concurrent_limit_reached',
    `Concurrent pipeline limit reached. ${running}/${quota} pipelines running. Wait for current pipelines to complete or upgrade subscription.`,
    { members: { running, quota }, headers: { 'Retry-After': '2' } },
  );

/** The first instant of the next month, UTC. */
export const nextMonthOf = (now: Date): Date =>
  new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1));
