export type * from './api';
export {
  type CallRequest,
  type Client,
  createClient,
  type RunOptions,
  type Signalled,
  type StartOptions,
} from './client';
export type { RunEvent } from './events';
export type { FollowOptions, OperationPlace } from './operations';
export { ApiProblem, type ProblemCode } from './problem';
export type { RetryPolicy } from './retry';
export type { ClientOptions } from './send';
