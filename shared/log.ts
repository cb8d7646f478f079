/** In rising order; a log set to NONE writes nothing. */
export const severities = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'NONE'] as const;
export type Severity = Exclude<(typeof severities)[number], 'NONE'>;

/** Fields of a log line. Tenant, run and pipeline go by these names everywhere, so that lines can be found by them. */
export interface LogFields {
  readonly tenant_id?: string;
  readonly run_id?: string;
  readonly pipeline?: string;
  readonly error?: unknown;
  readonly [name: string]: unknown;
}

export type Log = (severity: Severity, message: string, fields?: LogFields) => void;

/**
 * A log that writes one JSON line per event, from the severity `least` on, in the form Cloud Logging reads: `severity`, `message` and the fields.
 * An `error` is written as its stack: lines go to the operator, never to a caller.
 * https://cloud.google.com/logging/docs/structured-logging
 */
export function createLog(
  least: (typeof severities)[number] = 'INFO',
  write: (line: string) => void = (line) => process.stdout.write(line),
): Log {
  return (severity, message, fields = {}) => {
    if (severities.indexOf(severity) < severities.indexOf(least)) return;
    const { error, ...rest } = fields;
    const described = error === undefined ? {} : { error: describeError(error) };
    write(
      `${JSON.stringify({ severity, message, ...rest, ...described, time: new Date().toISOString() })}\n`,
    );
  };
}

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\nCaused by: ${describeError(error.cause)}`;
}
