import type { Tier } from '../../definitions/tiers';
import { httpStatusOf } from '../../errors';
import type { ReadAdmissionState, TenantToAdmit } from '../../google/bigquery/tables/read-admission-state';
import { rateLimitHeaders } from '../../http/headers/rate-limit-headers';
import type { PlannedStep, PlanSteps } from '../../pipelines/plan/plan-steps';
import { byteLimitOfTier, withinBudget } from '../../pipelines/rules/byte-limit';
import { labelRequest } from '../../telemetry/context';
import { bigQueryCost } from '../../tenants/rules/usage-figures';
import { byRunId, isAtLimit, verdictOf } from '../rules/admission-rules';
import { quotasLeft } from '../rules/quotas-left';
import { candidateOf, parametersOf, type RunRequest } from '../start-run';

export interface PlanRunDependencies {
  readonly readAdmissionState: ReadAdmissionState;
  readonly planSteps: PlanSteps;
  readonly tiers: Readonly<Record<string, Tier>>;
  readonly pricePerTib: number;
  readonly currency: string;
  readonly newId: () => string;
  readonly now: () => Date;
}

/** In place of a run's id, which a dry run has none of. */
const dryRunId = 'dry-run';

/**
 * What would become of a request to start a run: whether it would be admitted, and what its steps would read and
 * cost. It admits, counts, publishes and writes nothing; nothing that it is given could. Throws
 * `invalid_request` that names each wrong parameter, `tenant_not_found`, or BigQuery's error. What admission
 * would refuse is told in the answer.
 */
export async function planRunOf(request: RunRequest, deps: PlanRunDependencies, signal: AbortSignal) {
  const { tenantId, pipeline } = request;
  const parameters = parametersOf(request);
  labelRequest({ pipeline: pipeline.path });
  const tenant = await deps.readAdmissionState(tenantId, deps.now());
  const admission = expectedAdmission(request, tenant, deps);
  const bytesLeft =
    tenant === undefined || tenant.max_bytes_billed_per_month === null
      ? null
      : tenant.max_bytes_billed_per_month - tenant.bytes_this_month;
  const { steps, watermark } = await deps.planSteps(
    {
      runId: dryRunId,
      tenantId,
      datasetId: tenantId,
      definition: pipeline,
      parameters,
      instructions: request.instructions,
      byteLimit: withinBudget(byteLimitOfTier(deps.tiers, tenant?.subscription_tier ?? null), bytesLeft),
    },
    signal,
  );
  const sumOf = (figure: 'bytesProcessed' | 'bytesBilled') =>
    steps.reduce((sum, step) => sum + (step[figure] ?? 0), 0);
  const bytesBilled = sumOf('bytesBilled');
  const body = {
    dry_run: true,
    tenant_id: tenantId,
    pipeline: pipeline.path,
    parameters,
    watermark: watermark ?? null,
    admission,
    would_fail: steps.some(({ status }) => status === 'WOULD_FAIL'),
    is_complete: steps.every(({ bytesBilled: bytes }) => bytes !== null),
    bytes_processed: sumOf('bytesProcessed'),
    bytes_billed: bytesBilled,
    estimated_bigquery_cost: bigQueryCost(bytesBilled, deps.pricePerTib),
    bigquery_price_per_tib: deps.pricePerTib,
    currency: deps.currency,
    steps: steps.map((step) => showPlannedStep(step, deps.pricePerTib)),
  };
  const headers = tenant === undefined ? {} : rateLimitHeaders(quotasLeft(tenant, deps.now()));
  return { headers, body };
}

/** What admission would say now. Throws `tenant_not_found`. */
function expectedAdmission(
  request: RunRequest,
  tenant: TenantToAdmit | undefined,
  { newId, now }: PlanRunDependencies,
) {
  const candidate = candidateOf({ ...request, idempotencyKey: undefined }, newId());
  const verdict = verdictOf(candidate, request.tenantId, tenant, byRunId([]), now());
  // There is room: the statement would have given it a slot, or a place in the queue.
  if (verdict.kind !== 'refused') return tenant && isAtLimit(candidate, tenant) ? queued : admitted;
  const { oldestRunId } = verdict;
  if (oldestRunId !== undefined) return { ...admitted, cancels: oldestRunId };
  const { code, detail, members, retryAfterSeconds } = verdict.error;
  if (code === 'tenant_not_found' || code === 'unauthenticated') throw verdict.error;
  return {
    status: 'REFUSED' as const,
    cancels: null,
    refusal: {
      code,
      status: httpStatusOf(code),
      detail,
      retry_after_seconds: retryAfterSeconds ?? null,
      ...members,
    },
  };
}

const queued = { status: 'QUEUED' as const, refusal: null, cancels: null };
const admitted = { status: 'ADMITTED' as const, refusal: null, cancels: null };

const showPlannedStep = (step: PlannedStep, pricePerTib: number) => ({
  step_id: step.stepId,
  type: step.type,
  status: step.status,
  bytes_processed: step.bytesProcessed,
  bytes_billed: step.bytesBilled,
  accuracy: step.accuracy,
  estimated_bigquery_cost: step.bytesBilled === null ? null : bigQueryCost(step.bytesBilled, pricePerTib),
  maximum_bytes_billed: step.byteLimit?.bytes ?? null,
  reads_tables_of: step.readsTablesOf,
  files: step.files ?? null,
  error_code: step.problem?.code ?? null,
  error_message: step.problem?.message ?? null,
  warnings: step.warnings,
});
