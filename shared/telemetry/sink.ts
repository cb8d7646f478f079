import type { Labels } from './context';
import type { Trace } from './trace';

/** Metrics are named after OpenTelemetry's semantic conventions; durations are in seconds. */
export type CounterName = 'tenant_pipelines.admissions' | 'tenant_pipelines.refusals';
export type HistogramName =
  | 'http.server.request.duration'
  | 'tenant_pipelines.admission.batch.size'
  | 'tenant_pipelines.admission.duration'
  | 'tenant_pipelines.run.duration';
export type Attributes = Readonly<Record<string, string | number>>;
export type SpanKindName = 'internal' | 'server' | 'client' | 'producer' | 'consumer';

/**
 * A span under way, as the work inside it sees it: a name or attributes that are known only later can be
 * added.
 */
export interface Span {
  readonly describe: (about: { readonly name?: string; readonly attributes?: Attributes }) => void;
}

export interface StartedSpan extends Span {
  /** The span's place in the trace: the parent of what the work starts. */
  readonly trace: Trace;
  /** `error`: what the work failed with, as a name that may be shown. */
  readonly end: (labels: Labels, error?: string) => void;
}

/** Where measurements and spans go: opentelemetry.ts is the only one. */
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
  /** Sends what is left, then stops. */
  readonly shutdown: () => Promise<void>;
}

export interface SinkSettings {
  readonly hasTraces: boolean;
  readonly hasMetrics: boolean;
  readonly metricIntervalMs: number;
  readonly serviceName: string;
}
