import { randomUUID } from 'node:crypto';
import {
  type Counter,
  DiagLogLevel,
  diag,
  type Histogram,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  TraceFlags,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Log } from '../log';
import type {
  Attributes,
  CounterName,
  HistogramName,
  Sink,
  SinkSettings,
  SpanKindName,
  StartedSpan,
} from './sink';
import type { Trace } from './trace';

// Only telemetry.ts loads this file, and only if an endpoint is named: the libraries slow a cold start down.

const scope = 'tenant-pipelines';
const runs = { unit: '{run}' };
const secondsUpTo = (...boundaries: number[]) => ({
  unit: 's',
  advice: { explicitBucketBoundaries: boundaries },
});
const requestSeconds = secondsUpTo(0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 3, 5, 7.5, 10, 15);

const kinds: Readonly<Record<SpanKindName, SpanKind>> = {
  internal: SpanKind.INTERNAL,
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
};

/**
 * Sends OTLP over HTTP, as JSON. The libraries read endpoints, headers, time-outs and sampling from the
 * environment, and their complaints go to the log.
 */
export function createOpenTelemetry(settings: SinkSettings, log: Log): Sink {
  reportTo(log);
  const resource = resourceFromAttributes({
    'service.name': settings.serviceName,
    // Each instance of a function counts for itself: without an id, their numbers would overwrite each
    // other's.
    'service.instance.id': randomUUID(),
  }).merge(detectResources({ detectors: [envDetector] }));
  const traces = settings.hasTraces ? createTraces(resource) : undefined;
  const metrics = settings.hasMetrics ? createMetrics(resource, settings.metricIntervalMs) : undefined;
  return {
    count: (name, attributes) => metrics?.counters[name].add(1, attributes),
    record: (name, value, attributes) => metrics?.histograms[name].record(value, attributes),
    startSpan: (name, kind, attributes, parent) =>
      traces === undefined
        ? { trace: parent, describe: () => undefined, end: () => undefined }
        : startSpan(traces.tracer, name, kind, attributes, parent),
    flush: async () => {
      await Promise.all([traces?.provider.forceFlush(), metrics?.provider.forceFlush()]);
    },
    shutdown: async () => {
      await Promise.all([traces?.provider.shutdown(), metrics?.provider.shutdown()]);
      diag.disable();
    },
  };
}

function createTraces(resource: Resource) {
  const spanProcessors = [new BatchSpanProcessor(new OTLPTraceExporter())];
  const provider = new BasicTracerProvider({ resource, spanProcessors });
  return { provider, tracer: provider.getTracer(scope) };
}

function createMetrics(resource: Resource, exportIntervalMillis: number) {
  const reader = new PeriodicExportingMetricReader({
    exporter: new OTLPMetricExporter(),
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(exportIntervalMillis, 30_000),
  });
  const provider = new MeterProvider({ resource, readers: [reader] });
  const meter = provider.getMeter(scope);
  const counters: Readonly<Record<CounterName, Counter>> = {
    'tenant_pipelines.admissions': meter.createCounter('tenant_pipelines.admissions', {
      ...runs,
      description: 'Runs that admission decided on, by outcome.',
    }),
    'tenant_pipelines.refusals': meter.createCounter('tenant_pipelines.refusals', {
      unit: '{request}',
      description: 'Requests answered with a problem, by its code.',
    }),
  };
  const histograms: Readonly<Record<HistogramName, Histogram>> = {
    'http.server.request.duration': meter.createHistogram('http.server.request.duration', {
      ...requestSeconds,
      description: 'Duration of HTTP requests.',
    }),
    'tenant_pipelines.admission.batch.size': meter.createHistogram('tenant_pipelines.admission.batch.size', {
      ...runs,
      description: 'Runs that one statement decided on.',
      advice: { explicitBucketBoundaries: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000] },
    }),
    'tenant_pipelines.admission.duration': meter.createHistogram('tenant_pipelines.admission.duration', {
      ...requestSeconds,
      description: 'From a request for a run to its decision, by outcome.',
    }),
    'tenant_pipelines.run.duration': meter.createHistogram('tenant_pipelines.run.duration', {
      ...secondsUpTo(1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200),
      description: 'From the first step’s start to the outcome, by pipeline and status.',
    }),
  };
  return { provider, counters, histograms };
}

function startSpan(
  tracer: Tracer,
  name: string,
  kind: SpanKindName,
  attributes: Attributes,
  parent: Trace,
): StartedSpan {
  const span = tracer.startSpan(name, { kind: kinds[kind], attributes }, contextOf(parent));
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    trace: { traceId, spanId, isSampled: (traceFlags & TraceFlags.SAMPLED) !== 0, isContinued: true },
    describe: (about) => {
      if (about.name !== undefined) span.updateName(about.name);
      if (about.attributes !== undefined) span.setAttributes(about.attributes);
    },
    end: (labels, error) => {
      for (const [label, value] of Object.entries(labels))
        span.setAttribute(`tenant_pipelines.${label}`, value);
      if (error !== undefined) {
        span.setAttribute('error.type', error);
        span.setStatus({ code: SpanStatusCode.ERROR });
      }
      span.end();
    },
  };
}

/** A trace that begins here gets no parent, so that the sampler decides about it. */
function contextOf({ traceId, spanId, isSampled, isContinued }: Trace) {
  if (!isContinued) return ROOT_CONTEXT;
  const traceFlags = isSampled ? TraceFlags.SAMPLED : TraceFlags.NONE;
  return trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId, traceFlags, isRemote: true });
}

/** The libraries' complaints: above all, that nobody receives what they send. */
function reportTo(log: Log): void {
  const tell = (message: string) =>
    log('WARNING', 'Telemetry is not sent as it should be', { reason: message });
  const ignore = () => undefined;
  const logger = { error: tell, warn: tell, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}
