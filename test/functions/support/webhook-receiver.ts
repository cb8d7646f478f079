import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';

/** A delivery that came. */
export interface Received {
  /** Of the address, like /billing. */
  readonly path: string;
  readonly id: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface WebhookReceiver {
  /** Like http://localhost:1234. */
  readonly url: string;
  /** What came at this path, oldest first. */
  readonly at: (path: string) => readonly Received[];
  /** How it answers at a path from now on; 204 unless told. `index` counts what came there. */
  readonly answerAt: (path: string, answer: (response: ServerResponse, index: number) => void) => void;
  readonly close: () => Promise<void>;
}

/** The one who gets events, on this machine. */
export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = [];
  const answers = new Map<string, (response: ServerResponse, index: number) => void>();
  const at = (path: string) => received.filter((one) => one.path === path);
  const server = createServer(async (request, response) => {
    const { url: path = '', headers } = request;
    const body = await text(request);
    const index = at(path).length;
    received.push({ path, id: String(headers['webhook-id']), headers, body });
    const answer = answers.get(path);
    if (answer === undefined) response.writeHead(204).end();
    else answer(response, index);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  return {
    url: `http://localhost:${port}`,
    at,
    answerAt: (path, answer) => void answers.set(path, answer),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The event that was delivered, as the standard library verifies and reads it. Throws unless its signature is right. */
export function verified({ headers, body }: Received, secret: unknown): Record<string, unknown> {
  const signed = Object.fromEntries(
    ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) => [name, String(headers[name])]),
  );
  return Object(new Webhook(String(secret)).verify(body, signed));
}
