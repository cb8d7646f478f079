import type { Server } from 'node:http';
import { type Border, unavailable } from './border';

export interface Switched {
  readonly server: Server;
  readonly setAvailable: (isAvailable: boolean) => void;
}

/**
 * A server that can be away for a while: new connections are broken off, calls on open ones answered 503. What was
 * under way when it went goes on, but its answer is lost.
 */
export function withAvailability(
  border: Border = (_, work) => work(),
  create: (border: Border) => Server,
): Switched {
  let isAvailable = true;
  const server = create(async (call, work) => {
    if (!isAvailable) return unavailable();
    const reply = await border(call, work);
    return isAvailable ? reply : unavailable();
  });
  server.on('connection', (socket) => {
    if (!isAvailable) socket.destroy();
  });
  return {
    server,
    setAvailable(next) {
      isAvailable = next;
      if (!next) server.closeIdleConnections();
    },
  };
}
