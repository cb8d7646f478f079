import type { Step } from '../../definitions/schemas/pipeline-schema';
import type { PreparedStep, StepContext } from '../execution';
import { toExportAction } from './export/export-step';
import { toHttpAction } from './http/http-step';
import { toLoadAction } from './load/load-step';
import { toNotifyAction } from './notify/notify-step';
import { toQualityAction } from './quality/quality-step';
import { toQueryAction } from './query/query-step';

/** What a step does, by its type. */
export function toStepAction(context: StepContext, step: Step): PreparedStep {
  switch (step.type) {
    case 'query':
      return toQueryAction(context, step);
    case 'load':
      return toLoadAction(context, step);
    case 'quality':
      return toQualityAction(context, step);
    case 'export':
      return toExportAction(context, step);
    case 'http':
      return toHttpAction(context, step);
    case 'notify':
      return toNotifyAction(context, step);
  }
}
