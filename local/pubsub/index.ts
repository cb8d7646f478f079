export type { PushRequest, StartPush } from './delivery/push-request';
export { pubSubUnavailable } from './pubsub-error';
export { type PubSubFaults, type PubSubOptions, type PubSubServer, startPubSub } from './start-pubsub';
export type { Publish } from './wire/calls/publish';
export type { PublishRequest } from './wire/calls/request-schemas';
