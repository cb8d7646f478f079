import { currentContext, type Labels } from './telemetry/context';
import { createRedact } from './telemetry/redact';
import type { Trace } from './telemetry/trace';

/** In rising order. A log set to NONE writes nothing. */
export const severities = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'NONE'] as const;
export type Severity = Exclude<(typeof severities)[number], 'NONE'>;

/** What alerts match. These names stay as they are; messages may change. */
export type LogEvent =
  | 'request'
  | 'request_failed'
  | 'delivery_failed'
  | 'dead_letter'
  | 'message_dropped'
  | 'run_ended'
  | 'run_expired'
  | 'invariant_repaired'
  | 'reconcile_failed'
  | 'reset_failed'
  | 'tables_failed'
  | 'tenant_work_failed';

/** Fields of a log line. tenant_id, run_id and pipeline become the line's labels. */
export interface LogFields {
  readonly event?: LogEvent;
  readonly tenant_id?: string;
  readonly run_id?: string;
  readonly pipeline?: string;
  readonly error?: unknown;
  readonly [name: string]: unknown;
}

export type Log = (severity: Severity, message: string, fields?: LogFields) => void;

/** The part of the environment that a log needs. */
export interface LogSettings {
  readonly LOG_SEVERITY: (typeof severities)[number];
  /** The project of the traces. Without it a line names its trace by the id alone. */
  readonly GOOGLE_CLOUD_PROJECT?: string | undefined;
  /** Taken out of every line. */
  readonly ADMIN_API_KEY?: string | undefined;
}

/**
 * Makes a log that writes one JSON line per event of at least LOG_SEVERITY, in the form that Cloud Logging
 * reads: severity, message, time, the current request's trace and labels, and the fields. An `error` is
 * written with its stack, as lines go to the operator and never to a caller. No line contains a key.
 * https://cloud.google.com/logging/docs/structured-logging#special-payload-fields
 */
export function createLog(
  { LOG_SEVERITY, GOOGLE_CLOUD_PROJECT, ADMIN_API_KEY }: LogSettings,
  write: (line: string) => void = (line) => process.stdout.write(line),
): Log {
  const redact = createRedact([ADMIN_API_KEY]);
  return (severity, message, fields = {}) => {
    if (severities.indexOf(severity) < severities.indexOf(LOG_SEVERITY)) return;
    const { error, tenant_id, run_id, pipeline, ...rest } = fields;
    const context = currentContext();
    const line = {
      severity,
      message,
      time: new Date().toISOString(),
      ...rest,
      ...(error === undefined ? {} : { stack_trace: describeError(error) }),
      ...(context === undefined ? {} : traceFields(context.trace, GOOGLE_CLOUD_PROJECT)),
      ...labelsField({
        ...context?.labels,
        ...(tenant_id === undefined ? {} : { tenant: tenant_id }),
        ...(run_id === undefined ? {} : { run: run_id }),
        ...(pipeline === undefined ? {} : { pipeline }),
      }),
    };
    write(`${redact(JSON.stringify(line))}\n`);
  };
}

const traceFields = ({ traceId, spanId, isSampled }: Trace, project: string | undefined) => ({
  'logging.googleapis.com/trace': project === undefined ? traceId : `projects/${project}/traces/${traceId}`,
  'logging.googleapis.com/spanId': spanId,
  'logging.googleapis.com/trace_sampled': isSampled,
});

const labelsField = (labels: Labels) =>
  Object.values(labels).some((label) => label !== undefined)
    ? { 'logging.googleapis.com/labels': labels }
    : {};

function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\nCaused by: ${describeError(error.cause)}`;
}
