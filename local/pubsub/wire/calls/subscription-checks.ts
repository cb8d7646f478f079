import { parseFilter } from '../../delivery/filter';
import { invalidArgument, unimplemented } from '../../pubsub-error';
import { checkName } from '../../resource-names';
import { type Duration, milliseconds, type Subscription, subscriptionSchema } from '../../resources';
import type { CreateSubscriptionRequest } from './request-schemas';

const defaultAckDeadlineSeconds = 10;
const defaultRetention = { seconds: 7 * 24 * 3600, nanos: 0 };
const defaultExpiration = { ttl: { seconds: 31 * 24 * 3600, nanos: 0 } };

/**
 * The subscription to keep for a request, with the documented defaults filled in.
 * @throws PubSubError INVALID_ARGUMENT for values outside the documented ranges; UNIMPLEMENTED for features
 *   that the local Pub/Sub does not have
 */
export const checkedSubscription = (
  request: CreateSubscriptionRequest,
  shortestAckDeadlineSeconds: number,
): Subscription => {
  refuseUnsupported(request);
  const subscription = {
    ...subscriptionSchema.parse(request),
    ackDeadlineSeconds: request.ackDeadlineSeconds || defaultAckDeadlineSeconds,
    messageRetentionDuration: request.messageRetentionDuration ?? defaultRetention,
    expirationPolicy: request.expirationPolicy ?? defaultExpiration,
  };
  checkRange('ack_deadline_seconds', subscription.ackDeadlineSeconds, shortestAckDeadlineSeconds, 600);
  checkRetention(subscription.messageRetentionDuration);
  checkRetryPolicy(subscription);
  checkDeadLetterPolicy(subscription);
  checkPushEndpoint(subscription.pushConfig?.pushEndpoint ?? '');
  parseFilter(subscription.filter);
  return subscription;
};

const refuseUnsupported = (request: CreateSubscriptionRequest): void => {
  const asked = {
    'Exactly-once delivery': request.enableExactlyOnceDelivery,
    'Delivery to BigQuery': request.bigqueryConfig,
    'Delivery to Bigtable': request.bigtableConfig,
    'Delivery to Cloud Storage': request.cloudStorageConfig,
    'Message transforms': request.messageTransforms.length > 0,
  };
  const [feature] = Object.entries(asked).find(([, value]) => value) ?? [];
  if (feature) throw unimplemented(feature);
};

const checkRetryPolicy = ({ retryPolicy }: Subscription): void => {
  const minimum = retryPolicy?.minimumBackoff ?? { seconds: 10, nanos: 0 };
  const maximum = retryPolicy?.maximumBackoff ?? { seconds: 600, nanos: 0 };
  checkDuration('minimum_backoff', minimum, 0, 600);
  checkDuration('maximum_backoff', maximum, 0, 600);
  if (milliseconds(minimum) > milliseconds(maximum)) {
    throw invalidArgument('Invalid retry policy given: minimum_backoff is longer than maximum_backoff.');
  }
};

const checkDeadLetterPolicy = ({ deadLetterPolicy }: Subscription): void => {
  if (!deadLetterPolicy) return;
  checkName(deadLetterPolicy.deadLetterTopic, 'topics', 'dead_letter_topic');
  // 0 stands for the default, which is 5.
  if (deadLetterPolicy.maxDeliveryAttempts !== 0) {
    checkRange('max_delivery_attempts', deadLetterPolicy.maxDeliveryAttempts, 5, 100);
  }
};

/**
 * Pushes never leave this machine: only http to a loopback address is accepted.
 * @throws PubSubError INVALID_ARGUMENT
 */
export const checkPushEndpoint = (endpoint: string): void => {
  if (endpoint === '') return;
  const { protocol, hostname } = URL.canParse(endpoint) ? new URL(endpoint) : { protocol: '', hostname: '' };
  if (protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)) return;
  throw invalidArgument(
    `Invalid push endpoint given (endpoint=${endpoint}). The local Pub/Sub pushes to http on this machine only.`,
  );
};

/** @throws PubSubError INVALID_ARGUMENT for a retention outside the documented range, in seconds */
export const checkRetention = (duration: Duration): void =>
  checkDuration('message_retention_duration', duration, 600, 31 * 24 * 3600);

const checkDuration = (field: string, duration: Duration, shortest: number, longest: number): void =>
  checkRange(field, milliseconds(duration) / 1000, shortest, longest);

const checkRange = (field: string, value: number, least: number, most: number): void => {
  if (value >= least && value <= most) return;
  throw invalidArgument(`Invalid ${field} given (${field}=${value}); expected ${least} to ${most}.`);
};
