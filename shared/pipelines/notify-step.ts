import { classifyPublishFailure } from '../adapters/pubsub/failures';
import type { NotifyStep } from '../definitions/pipeline-shape';
import type { StepContext } from './execute-step';
import { executionIdOf, noUsage, type StepError, type StepOutcome } from './execution';
import { inTime } from './in-time';
import type { StepAction } from './step-action';

/**
 * Publishes an event about the run and waits until Pub/Sub has it. An execution that is repeated publishes it again: its
 * id is the same then, and stands in the attributes, so that a receiver can drop the repeat.
 */
export function toNotifyAction(
  context: StepContext,
  step: NotifyStep,
): StepAction | { readonly error: StepError } {
  const { notify } = context.tools;
  if (!notify?.topics.includes(step.topic)) {
    const message = `Step '${step.id}' names the topic '${step.topic}', expected one that the deployment allows (NOTIFY_TOPICS).`;
    return { error: { code: 'access_denied', message } };
  }
  return {
    isJob: false,
    perform: async (request, signal) => {
      try {
        await inTime(request, signal, () => notify.publish(step.topic, toEvent(context, step)));
        return { status: 'completed', attached: false, statistics: noUsage, rows: [] };
      } catch (error) {
        signal?.throwIfAborted();
        return { status: 'unknown', failure: classifyPublishFailure(error, step.topic) };
      }
    },
  };
}

/** A function of run and step. */
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
    // Of a run that has failed no step is started any more.
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
