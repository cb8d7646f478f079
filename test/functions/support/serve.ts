import { createServer, type Server } from 'node:http';
import type { Deprecations } from '../../../shared/http/headers/deprecations';
import type { Route } from '../../../shared/http/route';
import { type CallerLimits, serveRoutes } from '../../../shared/http/serve';
import type { Log, LogFields, Severity } from '../../../shared/log';

export interface LogLine extends LogFields {
  readonly severity: Severity;
  readonly message: string;
}

/** A log that a test can look into. */
export function collectingLog(): { readonly log: Log; readonly lines: LogLine[] } {
  const lines: LogLine[] = [];
  return {
    lines,
    log: (severity, message, fields = {}) => void lines.push({ ...fields, severity, message }),
  };
}

export interface Served {
  readonly url: string;
  /** Breaks connections off, like an instance that dies. */
  readonly close: () => Promise<void>;
}

/** One instance of a function: its routes behind a server of its own. */
export async function serve(
  routes: readonly Route[],
  log: Log,
  limits?: CallerLimits,
  deprecated?: Deprecations,
): Promise<Served> {
  const handle = serveRoutes(routes, log, limits, deprecated);
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}
