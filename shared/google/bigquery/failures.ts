import { z } from 'zod';

/**
 * What can be done about an error:
 *   transient  the same call can succeed later
 *   conflict   another statement changed the table at the same time: the same call can succeed at once
 *   not_found, duplicate   what was named is not there, or is there already
 *   permanent  the same call fails again
 */
export type FailureKind = 'transient' | 'conflict' | 'not_found' | 'duplicate' | 'permanent';

/** Stable codes for the ledger and its readers. */
export type FailureCode =
  | 'unavailable'
  | 'conflict'
  | 'not_found'
  | 'duplicate'
  | 'access_denied'
  | 'invalid_query'
  | 'invalid_data'
  | 'quota_exceeded'
  | 'bytes_limit_exceeded'
  | 'resources_exceeded'
  | 'stopped'
  | 'timed_out'
  | 'internal';

/** What a definition may ask to retry: another attempt can end differently. */
export const retryableCodes = [
  'unavailable',
  'conflict',
  'quota_exceeded',
  'resources_exceeded',
  'timed_out',
  'not_found',
  'access_denied',
  'internal',
] as const satisfies readonly FailureCode[];

export const retriedByDefault = ['unavailable', 'conflict'] as const satisfies readonly FailureCode[];

export interface Failure {
  readonly kind: FailureKind;
  readonly code: FailureCode;
  /** BigQuery's own reason, or the connection error's code. */
  readonly reason: string;
  /** BigQuery's own message. */
  readonly message: string;
  /** How long the other side asked to wait before the next attempt. */
  readonly retryAfterMs?: number | undefined;
}

/** An error that is classified where it is thrown. */
export class KnownFailure extends Error {
  override readonly name = 'KnownFailure';

  constructor(
    readonly failure: Failure,
    options?: ErrorOptions,
  ) {
    super(failure.message, options);
  }
}

type Verdict = readonly [FailureKind, FailureCode];

/** BigQuery gives these under several reasons, so the text decides. It is looked at before the reason. */
const verdictOfText: readonly (readonly [RegExp, Verdict])[] = [
  [/Could not serialize access to table/i, ['conflict', 'conflict']],
  [/Too many DML statements outstanding/i, ['conflict', 'conflict']],
  [/Transaction is aborted due to concurrent update/i, ['conflict', 'conflict']],
  [/Retrying (?:the job|may) .*solve the problem/i, ['transient', 'unavailable']],
  [/Resources exceeded during query execution/i, ['permanent', 'resources_exceeded']],
  [/Response too large to return/i, ['permanent', 'resources_exceeded']],
  [/Query exceeded limit for bytes billed/i, ['permanent', 'bytes_limit_exceeded']],
];

/** https://cloud.google.com/bigquery/docs/error-messages#errortable */
const verdictOfReason: Readonly<Record<string, Verdict>> = {
  // The service, or the way to it.
  backendError: ['transient', 'unavailable'],
  internalError: ['transient', 'unavailable'],
  jobBackendError: ['transient', 'unavailable'],
  jobInternalError: ['transient', 'unavailable'],
  tableUnavailable: ['transient', 'unavailable'],
  badGateway: ['transient', 'unavailable'],
  // Too much at once: waiting helps.
  rateLimitExceeded: ['transient', 'unavailable'],
  userRateLimitExceeded: ['transient', 'unavailable'],
  jobRateLimitExceeded: ['transient', 'unavailable'],
  // Limits that waiting a few minutes does not lift.
  quotaExceeded: ['permanent', 'quota_exceeded'],
  billingNotEnabled: ['permanent', 'quota_exceeded'],
  billingTierLimitExceeded: ['permanent', 'quota_exceeded'],
  bytesBilledLimitExceeded: ['permanent', 'bytes_limit_exceeded'],
  resourcesExceeded: ['permanent', 'resources_exceeded'],
  responseTooLarge: ['permanent', 'resources_exceeded'],
  // What was asked for.
  notFound: ['not_found', 'not_found'],
  duplicate: ['duplicate', 'duplicate'],
  accessDenied: ['permanent', 'access_denied'],
  blocked: ['permanent', 'access_denied'],
  invalidQuery: ['permanent', 'invalid_query'],
  invalid: ['permanent', 'invalid_data'],
  parseError: ['permanent', 'invalid_data'],
  notImplemented: ['permanent', 'invalid_query'],
  stopped: ['permanent', 'stopped'],
  timeout: ['permanent', 'stopped'],
};

/** For errors with no reason, or one not listed above: a proxy's answer, for example. */
const verdictOfStatus: Readonly<Record<number, Verdict>> = {
  400: ['permanent', 'invalid_query'],
  401: ['permanent', 'access_denied'],
  403: ['permanent', 'access_denied'],
  404: ['not_found', 'not_found'],
  408: ['transient', 'unavailable'],
  409: ['duplicate', 'duplicate'],
  429: ['transient', 'unavailable'],
};

/** Node's codes for connections that failed or broke. */
const connectionCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'ETIMEDOUT',
  'ESOCKETTIMEDOUT',
  'EPIPE',
  'EAI_AGAIN',
  'ENOTFOUND',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

const innerError = z.object({ reason: z.string().optional(), message: z.string().optional() });

/** An error of Google's client, or a job's `errorResult`. */
const errorSchema = z.object({
  code: z.union([z.number(), z.string()]).optional().catch(undefined),
  errno: z.union([z.number(), z.string()]).optional().catch(undefined),
  reason: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  errors: z.array(innerError).optional().catch(undefined),
});

/** Classifies whatever Google's client threw, or a job's `errorResult`. An unknown error is permanent. */
export function classifyFailure(error: unknown): Failure {
  if (error instanceof KnownFailure) return error.failure;
  const parsed = errorSchema.safeParse(error);
  if (!parsed.success) return describe(['permanent', 'internal'], 'unknown', String(error));
  const { code, errno, errors, ...outer } = parsed.data;
  const reason = errors?.[0]?.reason ?? outer.reason ?? String(code ?? errno ?? 'unknown');
  const message = errors?.[0]?.message ?? outer.message ?? 'BigQuery gave no reason.';
  return describe(judge(reason, message, code, errno), reason, message);
}

export const isNotFound = (error: unknown): boolean => classifyFailure(error).kind === 'not_found';
export const isDuplicate = (error: unknown): boolean => classifyFailure(error).kind === 'duplicate';

/** Whether the same call can succeed later without anybody doing anything about it. */
export const isPassing = ({ kind }: Failure): boolean => kind === 'transient' || kind === 'conflict';
/** isPassing for whatever was thrown. */
export const isRetryable = (error: unknown): boolean => isPassing(classifyFailure(error));

function judge(reason: string, message: string, ...codes: readonly (string | number | undefined)[]): Verdict {
  const byText = verdictOfText.find(([text]) => text.test(message));
  if (byText) return byText[1];
  if (Object.hasOwn(verdictOfReason, reason)) return verdictOfReason[reason] ?? ['permanent', 'internal'];
  for (const code of codes) {
    if (typeof code === 'string' && connectionCodes.has(code)) return ['transient', 'unavailable'];
    const status = Number(code);
    if (status >= 500 && status <= 599) return ['transient', 'unavailable'];
    const byStatus = verdictOfStatus[status];
    if (byStatus) return byStatus;
  }
  // In some versions of the client, a connection that closes in the middle of an answer has no code of its
  // own.
  if (/socket hang up|network timeout|Premature close/i.test(message)) return ['transient', 'unavailable'];
  return ['permanent', 'internal'];
}

function describe([kind, code]: Verdict, reason: string, message: string): Failure {
  return { kind, code, reason, message };
}
