import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Log } from '../log';
import { childOf, currentContext, inContext } from './context';
import type { Attributes, CounterName, HistogramName, Sink, Span, SpanKindName } from './sink';

/**
 * OpenTelemetry's own variables, as far as they decide whether anything is sent and when; its libraries read
 * the rest.
 * https://opentelemetry.io/docs/specs/otel/protocol/exporter/
 */
const environmentSchema = z.object({
  OTEL_SDK_DISABLED: z.string().optional(),
  OTEL_EXPORTER_OTLP_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: z.string().optional(),
  OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: z.string().optional(),
  OTEL_TRACES_EXPORTER: z.string().optional(),
  OTEL_METRICS_EXPORTER: z.string().optional(),
  /** Milliseconds between two exports. */
  OTEL_BSP_SCHEDULE_DELAY: z.coerce.number().int().positive().catch(5_000).default(5_000),
  OTEL_METRIC_EXPORT_INTERVAL: z.coerce.number().int().positive().catch(60_000).default(60_000),
  /** Cloud Run's name of the function. */
  K_SERVICE: z.string().optional(),
});

let sink: Sink | undefined;
let flushEveryMs = 0;
let flushedAt = 0;
let isFlushing = false;

/** The longest that an answer waits for the export before it. */
const longestFlushMs = 250;
const longestShutdownMs = 2_000;

/**
 * From here on measurements and spans are sent by OTLP, if OpenTelemetry's environment variables name an
 * endpoint. If not, its libraries are not even loaded, and everything in this file costs next to nothing.
 * Called once per process.
 */
export function startTelemetry(log: Log, source: NodeJS.ProcessEnv = process.env): void {
  if (sink !== undefined) return;
  const env = environmentSchema.parse(source);
  const isOn = (endpoint: string | undefined, exporter: string | undefined) =>
    env.OTEL_SDK_DISABLED?.toLowerCase() !== 'true' &&
    exporter !== 'none' &&
    Boolean(endpoint || env.OTEL_EXPORTER_OTLP_ENDPOINT);
  const settings = {
    hasTraces: isOn(env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, env.OTEL_TRACES_EXPORTER),
    hasMetrics: isOn(env.OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, env.OTEL_METRICS_EXPORTER),
    metricIntervalMs: env.OTEL_METRIC_EXPORT_INTERVAL,
    serviceName: env.K_SERVICE ?? 'tenant-pipelines',
  };
  if (!settings.hasTraces && !settings.hasMetrics) return;
  const loaded: typeof import('./opentelemetry') = require('./opentelemetry');
  sink = loaded.createOpenTelemetry(settings, log);
  flushEveryMs = env.OTEL_BSP_SCHEDULE_DELAY;
}

export const count = (name: CounterName, attributes: Attributes): void => sink?.count(name, attributes);

export const measure = (name: HistogramName, value: number, attributes: Attributes = {}): void =>
  sink?.record(name, value, attributes);

const noSpan: Span = { describe: () => undefined };

/** Runs the work as a span of the current request. Outside of a request there is no span. */
export async function inSpan<T>(
  name: string,
  kind: SpanKindName,
  attributes: Attributes,
  work: (span: Span) => Promise<T>,
): Promise<T> {
  const context = currentContext();
  if (sink === undefined || context === undefined) return await work(noSpan);
  const span = sink.startSpan(name, kind, attributes, context.trace);
  try {
    const result = await inContext(childOf(context, span.trace), () => work(span));
    span.end(context.labels);
    return result;
  } catch (error) {
    // Never the message: it may contain what a caller sent.
    span.end(context.labels, error instanceof Error ? error.name : 'unknown');
    throw error;
  }
}

/**
 * Exports what has gathered, at most once per OTEL_BSP_SCHEDULE_DELAY. Await it before an answer is sent: a
 * function gets no CPU after its answer, and no time when its instance ends, so what has gathered since the
 * last export is lost then. Takes a quarter of a second at most and never throws.
 */
export async function flushIfDue(now = performance.now()): Promise<void> {
  if (sink === undefined || isFlushing || now - flushedAt < flushEveryMs) return;
  flushedAt = now;
  isFlushing = true;
  const flushed = sink
    .flush()
    .catch(() => undefined)
    .finally(() => {
      isFlushing = false;
    });
  await atMost(longestFlushMs, flushed);
}

/** For a process that may take its time to end: sends what is left, within 2 seconds. Never throws. */
export async function stopTelemetry(): Promise<void> {
  const stopped = sink?.shutdown().catch(() => undefined);
  sink = undefined;
  if (stopped !== undefined) await atMost(longestShutdownMs, stopped);
}

async function atMost(milliseconds: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const timeUp = sleep(milliseconds, undefined, { signal: timer.signal }).catch(() => undefined);
  await Promise.race([work, timeUp]);
  timer.abort();
}
