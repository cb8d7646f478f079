import { currentContext, type Labels } from './telemetry/context';
import { prettyLine } from './telemetry/pretty-line';
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
  | 'run_started'
  | 'step_ended'
  | 'run_ended'
  | 'run_expired'
  | 'run_put_back'
  | 'queue_expired'
  | 'invariant_repaired'
  | 'reconcile_failed'
  | 'reset_failed'
  | 'tables_failed'
  | 'tick_failed'
  | 'tenant_work_failed';

/** For Cloud Logging; for people at a terminal. */
export const logFormats = ['json', 'pretty'] as const;

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
  /** JSON, as Cloud Logging reads it, unless given. */
  readonly LOG_FORMAT?: (typeof logFormats)[number] | undefined;
  /** Taken out of every line. */
  readonly ADMIN_API_KEY?: string | undefined;
}

/**
 * Makes a log that writes one JSON line per event of at least LOG_SEVERITY, in the form that Cloud Logging
 * reads: severity, message, time, the current request's trace and labels, and the fields; or for people. An
 * `error` is written with its stack, as lines go to the operator and never to a caller. No line contains a key.
 * https://cloud.google.com/logging/docs/structured-logging#special-payload-fields
 */
export function createLog(
  { LOG_SEVERITY, LOG_FORMAT, GOOGLE_CLOUD_PROJECT, ADMIN_API_KEY }: LogSettings,
  write: (line: string) => void = (line) => process.stdout.write(line),
): Log {
  const redact = createRedact([ADMIN_API_KEY]);
  return (severity, message, fields = {}) => {
    if (severities.indexOf(severity) < severities.indexOf(LOG_SEVERITY)) return;
    const { error, tenant_id, run_id, pipeline, ...rest } = fields;
    const context = currentContext();
    const time = new Date().toISOString();
    const stack = error === undefined ? undefined : describeError(error);
    const labels = {
      ...context?.labels,
      ...(tenant_id === undefined ? {} : { tenant: tenant_id }),
      ...(run_id === undefined ? {} : { run: run_id }),
      ...(pipeline === undefined ? {} : { pipeline }),
    };
    if (LOG_FORMAT === 'pretty') {
      const told = { severity, message, time, labels, stack, fields: rest };
      const text = prettyLine(told, process.env.NO_COLOR === undefined);
      if (text !== undefined) write(`${redact(text)}\n`);
      return;
    }
    const line = {
      severity,
      message,
      time,
      ...rest,
      ...(stack === undefined ? {} : { stack_trace: stack }),
      ...(context === undefined ? {} : traceFields(context.trace, GOOGLE_CLOUD_PROJECT)),
      ...labelsField(labels),
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
