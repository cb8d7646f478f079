import type { Step } from '../../definitions/schemas/pipeline-schema';
import type { JobOutcome, JobRequest } from '../../google/bigquery/jobs/run-job';
import type { StepContext } from '../execute-step';
import type { StepError } from '../execution';
import { toStepWork } from '../step-work';
import { toExportAction } from './export/export-step';
import { toHttpAction } from './http/http-step';
import { toNotifyAction } from './notify/notify-step';

/** One attempt of a step: its id, its time and how it is labelled. */
export type AttemptRequest = Omit<JobRequest, 'work'>;

/** What a step does. */
export interface StepAction {
  /** Whether an attempt is a job of BigQuery, which can be found by the attempt's id. */
  readonly isJob: boolean;
  /** Like RunJob: rejects only with the signal's reason. */
  readonly perform: (request: AttemptRequest, signal?: AbortSignal) => Promise<JobOutcome>;
  /** Gives back what its attempts hold. */
  readonly close?: () => Promise<void>;
}

/** What a step does, or why it can do nothing. */
export function toStepAction(context: StepContext, step: Step): StepAction | { readonly error: StepError } {
  if (step.type === 'notify') return toNotifyAction(context, step);
  if (step.type === 'http') return toHttpAction(context, step);
  if (step.type === 'export') return toExportAction(context, step);
  const { run, tools } = context;
  const prepared = toStepWork(run, step);
  if ('error' in prepared) return prepared;
  const { work } = prepared;
  return { isJob: true, perform: (request, signal) => tools.runJob({ ...request, work }, signal) };
}
