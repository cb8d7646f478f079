import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { status } from '@grpc/grpc-js';
import { permissionDenied, pubSubUnavailable, unimplemented } from '../pubsub-error';
import type { AvailabilitySwitch } from './availability-switch';
import { foreignCallerProblem } from './foreign-callers';
import { grpcStatusOf, type UnaryHandlers } from './grpc-call';
import type { ServiceName } from './services';
import type { TranscodedCall } from './transcoding';

/** https://cloud.google.com/apis/design/errors#error_codes */
const httpStatuses: Readonly<Record<number, number>> = {
  [status.INVALID_ARGUMENT]: 400,
  [status.FAILED_PRECONDITION]: 400,
  [status.PERMISSION_DENIED]: 403,
  [status.NOT_FOUND]: 404,
  [status.ALREADY_EXISTS]: 409,
  [status.ABORTED]: 409,
  [status.UNIMPLEMENTED]: 501,
  [status.UNAVAILABLE]: 503,
};

export type RestCalls = {
  /** Undefined where there is no such call. */
  route(verb: string, url: string): TranscodedCall | undefined;
  handlers: Readonly<Record<ServiceName, UnaryHandlers>>;
};

/**
 * An HTTP server, not listening yet, for Pub/Sub's REST interface: the same calls as over gRPC.
 * https://cloud.google.com/pubsub/docs/reference/rest
 * @param calls undefined until they are known
 */
export function createTranscodingServer(
  calls: () => RestCalls | undefined,
  { isAvailable }: AvailabilitySwitch,
  log: (line: string) => void,
  /** Names under which it may be called besides localhost. */
  hosts: readonly string[],
): Server {
  return createServer(async (request, response) => {
    const { code, body } = await answer(request, response);
    response.writeHead(code, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<{ code: number; body: object }> {
    try {
      const foreign = foreignCallerProblem(request.headers, hosts);
      if (foreign !== undefined) {
        request.resume();
        throw permissionDenied(foreign);
      }
      const text = await readText(request);
      const served = calls();
      if (!isAvailable() || !served) throw pubSubUnavailable();
      const { method = '', url = '' } = request;
      const route = served.route(method, url);
      const handle = route && served.handlers[route.service][route.method];
      if (!handle) throw unimplemented(route?.method ?? `${method} ${url}`);
      const onCancelled = (callback: () => void): void => void response.once('close', callback);
      const body = route.replyOf(await handle(route.requestOf(text), { onCancelled }));
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

async function readText(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
