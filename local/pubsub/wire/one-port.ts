import type { Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js';

export interface OnePort {
  readonly port: number;
  /** Ends all connections and frees the port. */
  readonly close: () => void;
}

/**
 * Serves gRPC and REST on one port, as Google's emulator does. A connection's first bytes tell which: HTTP/2
 * begins with `PRI * HTTP/2.0`, and no HTTP/1.1 request does. Rejects when the port is taken.
 * @param servers `grpc` is asked for with the first connection that speaks it: often there is none. As long as it is
 * undefined, such connections end
 */
export async function serveOnOnePort(
  { grpc, rest }: { readonly grpc: () => GrpcServer | undefined; readonly rest: HttpServer },
  host: string,
  port: number,
): Promise<OnePort> {
  let injector: ReturnType<GrpcServer['createConnectionInjector']> | undefined;
  const sockets = new Set<Socket>();
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    // A connection may break at any time; gRPC and HTTP each deal with that themselves.
    socket.on('error', () => undefined);
    socket.once('data', (first) => {
      socket.pause();
      socket.unshift(first);
      if (first.subarray(0, 3).toString('latin1') === 'PRI') {
        // The HTTP/2 server reads the bytes put back on the paused socket by itself.
        injector ??= grpc()?.createConnectionInjector(ServerCredentials.createInsecure());
        if (injector === undefined) socket.destroy();
        else injector.injectConnection(socket);
        return;
      }
      rest.emit('connection', socket);
      socket.resume();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    port: portOf(server.address()),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}
