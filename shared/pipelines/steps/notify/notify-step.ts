import type { NotifyStep } from '../../../definitions/schemas/pipeline-schema';
import { classifyFailure, isRetryable, KnownFailure } from '../../../google/bigquery/failures';
import type { RunStatement } from '../../../google/bigquery/statements/run-statement';
import { classifyPublishFailure } from '../../../google/pubsub/publish-failures';
import { findStepRecord } from '../../../sql/runs/find-step-record';
import {
  type NotifyTools,
  noUsage,
  type PreparedStep,
  type StepContext,
  type StepOutcome,
  type StepRecord,
} from '../../execution';
import { executionIdOf } from '../../job-ids';
import { topicNotAllowed } from '../../rules/outside';
import { inTime } from '../in-time';

/**
 * Publishes an event about the run and waits until Pub/Sub has it. If the records say that an earlier
 * execution did so, it is not published again. A repeat is still possible after a crash between Pub/Sub's
 * answer and the record, or with two executions at the same time. The event's id, in the attributes, is then
 * the same, so a receiver can drop the repeat.
 */
export function toNotifyAction(context: StepContext, step: NotifyStep): PreparedStep {
  const { notify } = context.tools;
  if (!notify?.topics.includes(step.topic)) return { error: topicNotAllowed(step) };
  const publishOnce = async (): Promise<StepRecord | undefined> => {
    const recorded = await findFormer(context, step, notify);
    if (recorded === undefined) await notify.publish(step.topic, toEvent(context, step));
    return recorded;
  };
  return {
    isJob: false,
    perform: async (request, signal) => {
      try {
        const recorded = await inTime(request, signal, publishOnce);
        const statistics = { ...noUsage, ...recorded };
        return { status: 'completed', attached: recorded !== undefined, statistics, rows: [] };
      } catch (error) {
        signal?.throwIfAborted();
        const failure = classifyPublishFailure(error, step.topic);
        return { status: 'unknown', mayHaveStarted: false, failure };
      }
    },
  };
}

/** Looks only if an earlier execution may have come as far as this step. Throws a passing failure. */
async function findFormer(
  { run, tools, firsts }: StepContext,
  step: NotifyStep,
  { findRecord }: NotifyTools,
): Promise<StepRecord | undefined> {
  if (findRecord === undefined || step.needs.some((id) => firsts.has(id))) return undefined;
  try {
    return await findRecord(run, step.id);
  } catch (error) {
    if (isRetryable(error)) throw new KnownFailure(classifyFailure(error));
    // Better twice than never.
    const fields = { tenant_id: run.tenantId, run_id: run.runId, error };
    tools.log('WARNING', `Step '${step.id}': whether it had published its event could not be seen`, fields);
    return undefined;
  }
}

/** Reads a run's step records: one BigQuery request, billed for 10 MB in most cases. */
export const createFindRecord =
  (runStatement: RunStatement): NonNullable<NotifyTools['findRecord']> =>
  async ({ datasetId, runId }, stepId) => {
    const { rows } = await runStatement(datasetId, findStepRecord, { run_id: runId, step_id: stepId });
    return rows[0] && { startedAt: rows[0].started_at, endedAt: rows[0].ended_at };
  };

/** The same for every execution of the step. */
const toEventId = ({ run }: StepContext, step: NotifyStep): string =>
  `${run.tenantId}-${executionIdOf(run)}-${step.id}`;

function toEvent(context: StepContext, step: NotifyStep) {
  const { run, tools, outcomes } = context;
  const attributes = {
    event_id: toEventId(context, step),
    tenant_id: run.tenantId,
    run_id: run.runId,
    pipeline: run.definition.path,
    step_id: step.id,
  };
  const json = {
    ...attributes,
    // Once a run has failed, no step starts any more.
    status: 'RUNNING',
    ...(step.message !== undefined && { message: step.message }),
    occurred_at: tools.now().toISOString(),
    steps: outcomes.map(toStepSummary),
  };
  return { attributes, json };
}

const toStepSummary = (outcome: StepOutcome) => ({
  step_id: outcome.stepId,
  step_type: outcome.type,
  status: outcome.status,
  attempts: outcome.attempts,
  started_at: outcome.startedAt.toISOString(),
  ended_at: outcome.endedAt.toISOString(),
  rows_written: outcome.rowsWritten,
  bytes_processed: outcome.bytesProcessed,
  bytes_billed: outcome.bytesBilled,
});
