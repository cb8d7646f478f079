import { createServer, type IncomingMessage } from 'node:http';

export type RecordedCall = Pick<IncomingMessage, 'method' | 'url' | 'headers'>;

/**
 * An HTTP server that answers with the given statuses in turn (the last one for ever) and records the calls.
 */
export const startRecordingServer = async (statuses: number[] = [200]) => {
  const calls: RecordedCall[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  const server = createServer((request, response) => {
    const status = statuses[Math.min(calls.length, statuses.length - 1)] ?? 200;
    calls.push({ method: request.method, url: request.url, headers: request.headers });
    response.writeHead(status).end(`status ${status}`);
    for (const { count, resolve } of waiting) if (calls.length >= count) resolve();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    calls,
    /** Resolves as soon as there have been so many calls in all. */
    callCount: async (count: number): Promise<RecordedCall[]> => {
      if (calls.length < count) await new Promise<void>((resolve) => waiting.push({ count, resolve }));
      return calls;
    },
    close: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
