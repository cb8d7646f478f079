import { createServer, type IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { portOf } from '../functions/support/serve';

/** https://github.com/open-telemetry/opentelemetry-proto/tree/main/opentelemetry/proto, as JSON, as far as tests look at it. */
const attributesSchema = z
  .array(
    z.object({
      key: z.string(),
      value: z.union([
        z.object({ stringValue: z.string() }).transform(({ stringValue }) => stringValue),
        z.object({ intValue: z.coerce.number() }).transform(({ intValue }) => intValue),
      ]),
    }),
  )
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ key, value }) => [key, value])));

const resourceSchema = z.object({ attributes: attributesSchema });

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: attributesSchema,
  status: z.object({ code: z.number().default(0) }),
});
const tracesSchema = z.object({
  resourceSpans: z.array(
    z.object({ resource: resourceSchema, scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })) }),
  ),
});

const pointSchema = z.object({
  attributes: attributesSchema,
  asDouble: z.number().optional(),
  count: z.coerce.number().optional(),
  sum: z.number().optional(),
});
const pointsSchema = z.object({ dataPoints: z.array(pointSchema) });
const metricSchema = z.object({
  name: z.string(),
  unit: z.string(),
  sum: pointsSchema.optional(),
  histogram: pointsSchema.optional(),
});
const metricsSchema = z.object({
  resourceMetrics: z.array(
    z.object({
      resource: resourceSchema,
      scopeMetrics: z.array(z.object({ metrics: z.array(metricSchema) })),
    }),
  ),
});

export type ReceivedSpan = z.infer<typeof spanSchema>;
export type ReceivedMetric = z.infer<typeof metricSchema>;

export interface OtlpReceiver {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** The latest state of each metric: they are cumulative. */
  readonly metrics: ReadonlyMap<string, ReceivedMetric>;
  readonly resources: readonly Record<string, string | number>[];
  readonly requests: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** From now on: takes what comes, refuses it, or never answers. */
  readonly behave: (behaviour: 'take' | 'refuse' | 'hang') => void;
  readonly close: () => Promise<void>;
}

/** A real OTLP/HTTP receiver on a port of the system's choice. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const metrics = new Map<string, ReceivedMetric>();
  const resources: Record<string, string | number>[] = [];
  const requests: { path: string; headers: IncomingHttpHeaders }[] = [];
  let behaviour = 'take';
  const take = (path: string, text: string) => {
    if (path === '/v1/traces') {
      for (const { resource, scopeSpans } of tracesSchema.parse(JSON.parse(text)).resourceSpans) {
        resources.push(resource.attributes);
        spans.push(...scopeSpans.flatMap((scope) => scope.spans));
      }
      return;
    }
    for (const { resource, scopeMetrics } of metricsSchema.parse(JSON.parse(text)).resourceMetrics) {
      resources.push(resource.attributes);
      for (const metric of scopeMetrics.flatMap((scope) => scope.metrics)) metrics.set(metric.name, metric);
    }
  };
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const path = request.url ?? '';
    requests.push({ path, headers: request.headers });
    if (behaviour === 'hang') return;
    if (behaviour === 'refuse') return void response.writeHead(400).end('{"message":"not today"}');
    take(path, Buffer.concat(chunks).toString());
    response.writeHead(200, { 'Content-Type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    spans,
    metrics,
    resources,
    requests,
    behave: (next) => {
      behaviour = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
