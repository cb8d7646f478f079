import { currentContext, type Labels } from './telemetry/context';
import { createRedact } from './telemetry/redact';
import type { Trace } from './telemetry/trace';

/** In rising order; a log set to NONE writes nothing. */
export const severities = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'NONE'] as const;
export type Severity = Exclude<(typeof severities)[number], 'NONE'>;

/** What alerts match: these names stay, whatever a line's message says. */
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

/** Fields of a log line. Tenant, run and pipeline go by these names everywhere, and become the line's labels. */
export interface LogFields {
  readonly event?: LogEvent;
  readonly tenant_id?: string;
  readonly run_id?: string;
  readonly pipeline?: string;
  readonly error?: unknown;
  readonly [name: string]: unknown;
}

export type Log = (severity: Severity, message: string, fields?: LogFields) => void;

/** As the environment has them. */
export interface LogSettings {
  readonly LOG_SEVERITY: (typeof severities)[number];
  /** Where traces are. Without it a line names its trace by the id alone. */
  readonly GOOGLE_CLOUD_PROJECT?: string | undefined;
  /** Never written, wherever it turns up. */
  readonly ADMIN_API_KEY?: string | undefined;
}

/**
 * A log that writes one JSON line per event, from LOG_SEVERITY on, in the form Cloud Logging reads: severity, message,
 * time, the trace and the labels of the request under way, and the fields. An `error` is written as its stack: lines go
 * to the operator, never to a caller. No line has a key in it.
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
