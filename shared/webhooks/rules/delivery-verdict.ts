import type { DeliveryMessage } from './delivery-message';

/** What an endpoint answered, or that it did not. */
export interface DeliveryAnswer {
  readonly status: number | null;
  readonly failure:
    | 'bad_status'
    | 'redirected'
    | 'gone'
    | 'timed_out'
    | 'refused_address'
    | 'unreachable'
    /** It was not posted: the webhook's state. */
    | 'paused'
    | 'disabled'
    | null;
  /** How the body of the answer begins. */
  readonly answer: string | null;
}

export type DeliveryOutcome = 'delivered' | 'retrying' | 'given_up';

/** So long an event is tried. In milliseconds. */
const longestRetryingMs = 86_400_000;
/** An endpoint that has taken nothing for so long is disabled. In milliseconds. */
export const longestFailingMs = 5 * 86_400_000;

/** Why an answer with this status is no success; null: it is one. */
export function failureOf(status: number): DeliveryAnswer['failure'] {
  if (status >= 200 && status < 300) return null;
  if (status === 410) return 'gone';
  return status >= 300 && status < 400 ? 'redirected' : 'bad_status';
}

/** Whether an event is tried no more. */
export const isTooOld = (since: Date, now: Date): boolean =>
  now.getTime() - since.getTime() >= longestRetryingMs;

/** What follows from an attempt. The one that is made a day after the event, or later, is the last. */
export function deliveryOutcome(
  { kind, since }: Pick<DeliveryMessage, 'kind' | 'since'>,
  { failure }: DeliveryAnswer,
  now: Date,
): DeliveryOutcome {
  if (failure === null) return 'delivered';
  return kind === 'test' || failure === 'gone' || isTooOld(since, now) ? 'given_up' : 'retrying';
}
