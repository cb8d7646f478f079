import { Agent, request } from 'node:http';

export interface Answered {
  readonly status: number;
  readonly text: string;
  /** When it may be asked again, by its `Retry-After`; undefined where it has none. */
  readonly retryAfterSeconds: number | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** From the sending of the request to the end of the answer, in milliseconds. */
  readonly tookMs: number;
}

export interface HttpClient {
  /** Sends a request over a kept connection. Throws where no whole answer comes. */
  send(
    method: string,
    path: string,
    options?: { headers?: Record<string, string>; body?: unknown },
  ): Promise<Answered>;
  close(): void;
}

/** A client that costs little CPU of its own, as it shares the cores with what it measures. */
export function createHttpClient(base: string): HttpClient {
  // Servers say for how long they keep idle connections, and the agent closes them earlier.
  const agent = new Agent({ keepAlive: true, timeout: 50_000, maxFreeSockets: 1024 });
  const sendOnce = (
    method: string,
    path: string,
    headers: Record<string, string>,
    text: string | undefined,
  ): Promise<Answered | 'again'> =>
    new Promise((resolve, reject) => {
      const startedAt = Date.now();
      let start = performance.now();
      const sent = request(base + path, { method, agent, headers });
      // Many requests at once wait for this process to open their connections: nobody's fault but its own.
      sent.once('socket', (socket) => {
        if (socket.connecting)
          socket.once('connect', () => {
            start = performance.now();
          });
        else start = performance.now();
      });
      sent.once('error', (error: NodeJS.ErrnoException) => {
        // The server had just closed the kept connection: it has not seen the request.
        if (sent.reusedSocket && error.code === 'ECONNRESET') resolve('again');
        else reject(error);
      });
      sent.once('response', (response) => {
        let answer = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          answer += chunk;
        });
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            text: answer,
            retryAfterSeconds: secondsOf(response.headers['retry-after']),
            startedAt,
            tookMs: performance.now() - start,
          }),
        );
      });
      sent.end(text);
    });
  return {
    send: async (method, path, { headers = {}, body } = {}) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const all = {
        ...(text !== undefined && {
          'Content-Type': 'application/json',
          'Content-Length': String(Buffer.byteLength(text)),
        }),
        ...headers,
      };
      for (;;) {
        const answer = await sendOnce(method, path, all, text);
        if (answer !== 'again') return answer;
      }
    },
    close: () => agent.destroy(),
  };
}

const secondsOf = (header: string | undefined): number | undefined =>
  header === undefined ? undefined : Number(header);
