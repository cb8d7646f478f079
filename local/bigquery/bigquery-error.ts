/** BigQuery's documented error reasons, as far as this server answers them, each with its HTTP status. */
const statusOfReason = {
  invalid: 400,
  invalidQuery: 400,
  parseError: 400,
  resourcesExceeded: 400,
  badRequest: 400,
  resourceInUse: 400,
  bytesBilledLimitExceeded: 400,
  stopped: 400,
  accessDenied: 403,
  rateLimitExceeded: 403,
  quotaExceeded: 403,
  notFound: 404,
  duplicate: 409,
  conditionNotMet: 412,
  uploadTooLarge: 413,
  jobInternalError: 500,
  notImplemented: 501,
  backendError: 503,
} as const;

export type ErrorReason = keyof typeof statusOfReason;

export function isErrorReason(name: string): name is ErrorReason {
  return Object.hasOwn(statusOfReason, name);
}

/** An error in BigQuery's own form: it becomes a REST error answer, or a job's `errorResult`. */
export class BigQueryError extends Error {
  override readonly name = 'BigQueryError';
  readonly status: number;

  constructor(
    readonly reason: ErrorReason,
    message: string,
    /** Where the fault lies, e.g. the parameter's name or a file's URI. */
    readonly location?: string,
  ) {
    super(message);
    this.status = statusOfReason[reason];
  }
}

/** The failure of a statement of a script, which is the script's. */
export class ScriptError extends BigQueryError {
  constructor({ reason, message, location }: BigQueryError) {
    super(reason, message, location);
  }
}

/**
 * Any failure as one that callers may see: what is not meant for them goes to the log and becomes an internal
 * error.
 */
export function asBigQueryError(error: unknown, log: (line: string) => void): BigQueryError {
  if (error instanceof BigQueryError) return error;
  log(`BigQuery: internal error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  return new BigQueryError(
    'jobInternalError',
    'An internal error occurred and the request could not be completed. The server has logged the cause.',
  );
}
