/** Every error that a caller can get, with its HTTP status and title (RFC 9457). */
const definitions = {
  invalid_request: { status: 400, title: 'Invalid request' },
  unauthenticated: { status: 401, title: 'Unauthenticated' },
  tenant_mismatch: { status: 403, title: 'Forbidden' },
  insufficient_role: { status: 403, title: 'Insufficient role' },
  cross_site_request: { status: 403, title: 'Cross-site request' },
  insufficient_scope: { status: 403, title: 'Insufficient scope' },
  run_mismatch: { status: 403, title: 'Forbidden' },
  pipeline_not_allowed: { status: 403, title: 'Pipeline not allowed' },
  tenant_inactive: { status: 403, title: 'Tenant inactive' },
  not_local: { status: 403, title: 'Not local' },
  not_found: { status: 404, title: 'Not found' },
  pipeline_not_found: { status: 404, title: 'Pipeline not found' },
  run_not_found: { status: 404, title: 'Run not found' },
  tenant_not_found: { status: 404, title: 'Tenant not found' },
  operation_not_found: { status: 404, title: 'Operation not found' },
  api_key_not_found: { status: 404, title: 'API key not found' },
  result_not_found: { status: 404, title: 'Result not found' },
  webhook_not_found: { status: 404, title: 'Webhook not found' },
  delivery_not_found: { status: 404, title: 'Delivery not found' },
  schedule_not_found: { status: 404, title: 'Schedule not found' },
  method_not_allowed: { status: 405, title: 'Method not allowed' },
  request_timeout: { status: 408, title: 'Request timeout' },
  tenant_exists: { status: 409, title: 'Tenant exists' },
  too_many_webhooks: { status: 409, title: 'Too many webhooks' },
  too_many_schedules: { status: 409, title: 'Too many schedules' },
  result_changed: { status: 409, title: 'Result changed' },
  secret_rotating: { status: 409, title: 'Secret is being rotated' },
  runs_in_flight: { status: 409, title: 'Runs in flight' },
  run_not_over: { status: 409, title: 'Run not over' },
  run_not_failed: { status: 409, title: 'Run not failed' },
  steps_changed: { status: 409, title: 'Steps changed' },
  tenant_offboarding: { status: 409, title: 'Tenant is being offboarded' },
  precondition_failed: { status: 412, title: 'Precondition failed' },
  payload_too_large: { status: 413, title: 'Payload too large' },
  unsupported_media_type: { status: 415, title: 'Unsupported media type' },
  idempotency_key_reused: { status: 422, title: 'Idempotency key reused' },
  monthly_quota_exceeded: { status: 429, title: 'Monthly quota exceeded' },
  byte_quota_exceeded: { status: 429, title: 'Byte quota exceeded' },
  concurrent_limit_reached: { status: 429, title: 'Concurrent limit reached' },
  concurrency_key_busy: { status: 429, title: 'Concurrency key busy' },
  queue_full: { status: 429, title: 'Queue full' },
  too_many_failures: { status: 429, title: 'Too many failures' },
  too_many_streams: { status: 429, title: 'Too many streams' },
  headers_too_large: { status: 431, title: 'Headers too large' },
  internal: { status: 500, title: 'Internal error' },
  unavailable: { status: 503, title: 'Temporarily unavailable' },
} as const;

export type ProblemCode = keyof typeof definitions;

export const problemCodes: readonly ProblemCode[] = Object.keys(definitions).filter(isProblemCode);
function isProblemCode(name: string): name is ProblemCode {
  return Object.hasOwn(definitions, name);
}
export const httpStatusOf = (code: ProblemCode): number => definitions[code].status;
export const problemTitleOf = (code: ProblemCode): string => definitions[code].title;

interface ErrorExtras {
  /** Further members of the problem body, such as numbers a client can act on. */
  readonly members?: Readonly<Record<string, unknown>>;
  /** When it makes sense to ask again. The HTTP border tells it as `Retry-After`. */
  readonly retryAfterSeconds?: number | undefined;
  /** Further headers of the answer, for the HTTP border itself. */
  readonly headers?: Readonly<Record<string, string>>;
  /** The error underneath: logged, never sent. */
  readonly cause?: unknown;
}

/**
 * Makes an error that does not know where it was made. To note that costs a tenth of what a refusal does; of what is
 * made often, and in one place, nobody wants to know.
 */
export function withoutStack<T extends Error>(make: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/** An error whose `detail` the caller may see. Any other error that is thrown is answered as `internal`. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly members: Readonly<Record<string, unknown>>;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ProblemCode,
    readonly detail: string,
    extras: ErrorExtras = {},
  ) {
    super(detail, { cause: extras.cause });
    this.members = extras.members ?? {};
    this.retryAfterSeconds = extras.retryAfterSeconds;
    this.headers = extras.headers ?? {};
  }
}
