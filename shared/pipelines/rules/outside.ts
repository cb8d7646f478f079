import type { HttpStep, NotifyStep } from '../../definitions/schemas/pipeline-schema';
import type { StepError } from '../execution';

/** The error of a step whose host the deployment does not allow. */
export const hostNotAllowed = ({ id, url }: HttpStep): StepError => ({
  code: 'access_denied',
  message: `Step '${id}' names the host '${new URL(url).host}', expected one that the deployment allows (HTTP_STEP_HOSTS).`,
});

/** The error of a step whose topic the deployment does not allow. */
export const topicNotAllowed = ({ id, topic }: NotifyStep): StepError => ({
  code: 'access_denied',
  message: `Step '${id}' names the topic '${topic}', expected one that the deployment allows (NOTIFY_TOPICS).`,
});
