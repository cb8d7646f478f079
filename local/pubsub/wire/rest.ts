import { createServer, type IncomingMessage, type Server } from 'node:http';
import { status } from '@grpc/grpc-js';
import { z } from 'zod';
import { invalidArgument, permissionDenied, pubSubUnavailable, unimplemented } from '../pubsub-error';
import type { AvailabilitySwitch } from './availability-switch';
import { foreignCallerProblem } from './foreign-callers';
import { grpcStatusOf } from './grpc-call';
import type { Publish } from './publish';

/** Query parameters such as `prettyPrint` are ignored. */
const publishPath = /^\/v1\/(projects\/[^/]+\/topics\/[^/:]+):publish(?:\?.*)?$/;

const bodySchema = z.object({
  messages: z
    .array(
      z.object({
        data: z.base64().default(''),
        attributes: z.record(z.string(), z.string()).default({}),
        orderingKey: z.string().default(''),
      }),
    )
    .default([]),
});

/** https://cloud.google.com/apis/design/errors#error_codes */
const httpStatuses: Readonly<Record<number, number>> = {
  [status.INVALID_ARGUMENT]: 400,
  [status.PERMISSION_DENIED]: 403,
  [status.NOT_FOUND]: 404,
  [status.UNIMPLEMENTED]: 501,
  [status.UNAVAILABLE]: 503,
};

/**
 * An HTTP server, not listening yet, for the one call of Pub/Sub's REST interface that is served:
 * projects.topics.publish.
 * https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.topics/publish
 */
export function createRestPublishServer(
  publish: Publish,
  { isAvailable }: AvailabilitySwitch,
  log: (line: string) => void,
  /** Names under which it may be called besides localhost. */
  hosts: readonly string[],
): Server {
  return createServer(async (request, response) => {
    const { code, body } = await answer(request);
    response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });

  async function answer(request: IncomingMessage): Promise<{ code: number; body: object }> {
    try {
      const foreign = foreignCallerProblem(request.headers, hosts);
      if (foreign !== undefined) {
        request.resume();
        throw permissionDenied(foreign);
      }
      const text = await readText(request);
      if (!isAvailable()) throw pubSubUnavailable();
      const body = await publish(parse(request, text));
      // The call took effect, but the service was switched off meanwhile: the answer is lost.
      if (!isAvailable()) throw pubSubUnavailable();
      return { code: 200, body };
    } catch (error) {
      const { code: grpcCode, details } = grpcStatusOf(error, log);
      const code = httpStatuses[grpcCode] ?? 500;
      return { code, body: { error: { code, message: details, status: status[grpcCode] } } };
    }
  }
}

function parse({ method, url = '' }: IncomingMessage, text: string) {
  const topic = publishPath.exec(url)?.[1];
  if (method !== 'POST' || topic === undefined) throw unimplemented(`${method} ${url}`);
  const parsed = bodySchema.safeParse(jsonOf(text));
  if (!parsed.success)
    throw invalidArgument(`Invalid JSON payload received. ${z.prettifyError(parsed.error)}`);
  const messages = parsed.data.messages.map(({ data, ...message }) => ({
    ...message,
    data: Buffer.from(data, 'base64'),
  }));
  return { topic, messages };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalidArgument(`Invalid JSON payload received. ${error instanceof Error ? error.message : ''}`);
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
