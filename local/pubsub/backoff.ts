import { type Duration, milliseconds, type Subscription } from './model';

/** The documented defaults of RetryPolicy, in milliseconds. */
const policyDefaults = { minimum: 10_000, maximum: 600_000 };
/**
 * Without a retry policy real Pub/Sub slows a whole push subscription down by 100 ms to 60 s
 * (https://cloud.google.com/pubsub/docs/push#push_backoff); here the same range applies to the failing message alone.
 */
const pushDefaults = { minimum: 100, maximum: 60_000 };

/**
 * Milliseconds to wait after `attempts` failed deliveries: doubling from the policy's minimum to its maximum. A
 * subscription that is pulled and has no policy redelivers at once, as documented.
 */
export const backoffMs = ({ retryPolicy, pushConfig }: Subscription, attempts: number): number => {
  const range = retryPolicy
    ? {
        minimum: durationOr(retryPolicy.minimumBackoff, policyDefaults.minimum),
        maximum: durationOr(retryPolicy.maximumBackoff, policyDefaults.maximum),
      }
    : pushConfig?.pushEndpoint
      ? pushDefaults
      : { minimum: 0, maximum: 0 };
  return Math.min(range.maximum, range.minimum * 2 ** Math.min(attempts - 1, 30));
};

const durationOr = (duration: Duration | null | undefined, otherwise: number): number =>
  duration ? milliseconds(duration) : otherwise;
