import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Log } from '../log';
import { childOf, currentContext, inContext, type Labels } from './context';
import type { Trace } from './trace';

/** Names after OpenTelemetry's semantic conventions; durations are in seconds. */
export type CounterName = 'tenant_pipelines.admissions' | 'tenant_pipelines.refusals';
export type HistogramName =
  | 'http.server.request.duration'
  | 'tenant_pipelines.admission.batch.size'
  | 'tenant_pipelines.admission.duration'
  | 'tenant_pipelines.run.duration';
export type Attributes = Readonly<Record<string, string | number>>;
export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/** A span under way. What it is about may be known only later. */
export interface Span {
  readonly describe: (about: { readonly name?: string; readonly attributes?: Attributes }) => void;
}

export interface StartedSpan extends Span {
  /** That what it leads to is part of. */
  readonly trace: Trace;
  /** `error`: what it failed with, by a name that may be shown. */
  readonly end: (labels: Labels, error?: string) => void;
}

/** Where measurements and spans go. */
export interface Sink {
  readonly count: (name: CounterName, attributes: Attributes) => void;
  readonly record: (name: HistogramName, value: number, attributes: Attributes) => void;
  readonly startSpan: (
    name: string,
    kind: SpanKindName,
    attributes: Attributes,
    parent: Trace,
  ) => StartedSpan;
  readonly flush: () => Promise<void>;
  /** Sends what is left, and ends. */
  readonly shutdown: () => Promise<void>;
}

/** https://opentelemetry.io/docs/specs/otel/protocol/exporter/; the rest of it is the libraries' own to read. */
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

export interface TelemetrySettings {
  readonly hasTraces: boolean;
  readonly hasMetrics: boolean;
  readonly metricIntervalMs: number;
  readonly serviceName: string;
}

let sink: Sink | undefined;
let flushEveryMs = 0;
let flushedAt = 0;
let isFlushing = false;

/** An answer waits no longer than this for what is exported before it. In milliseconds. */
const longestFlushMs = 250;
const longestShutdownMs = 2_000;

/**
 * Sends measurements and spans by OTLP where OpenTelemetry's own environment variables name an endpoint. Where they name
 * none the libraries are not even loaded, and everything here costs next to nothing. Once a process.
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

/** Does the work as a span of the request under way. Outside of one there is none to be part of. */
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
    // Never the message: what was given by a caller may be in it.
    span.end(context.labels, error instanceof Error ? error.name : 'unknown');
    throw error;
  }
}

/**
 * Exports what has gathered, once in a while: after its answer a function gets no CPU, and at its end no time. To be
 * awaited before an answer is sent: it takes a quarter of a second at most, and never throws. What an instance has
 * gathered since, when it ends, is lost.
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

/** For a process that may take its time to end: sends what is left, within some seconds. Never throws. */
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
