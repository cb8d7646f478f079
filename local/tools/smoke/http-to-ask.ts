import { once } from 'node:events';
import { createServer } from 'node:http';
import type { Cleanup } from './cleanup';
import type { SmokeOptions } from './smoke-options';

/** What a step of type http asks. */
interface HttpToAsk {
  readonly url: string;
  /** What the worker has to be told so that it may be asked. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * The address that was given; beside servers of this machine, a server of this process in place of a host that does
 * not exist, as `npm start -- --http-step-local` has it. Undefined: none, as only a deployment may ask hosts.
 */
export async function httpToAsk(
  { httpUrl, where }: SmokeOptions,
  cleanup: Cleanup,
): Promise<HttpToAsk | undefined> {
  if (httpUrl !== undefined) return { url: httpUrl, settings: { HTTP_STEP_HOSTS: new URL(httpUrl).host } };
  if (where === 'project') return undefined;
  const server = createServer((_, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end('[{"id": "one"}, {"id": "two"}]');
  });
  cleanup.add('the server that http steps ask', async () => server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const host = 'smoke.example.com';
  return {
    url: `https://${host}/rows`,
    settings: { HTTP_STEP_HOSTS: host, HTTP_STEP_LOCAL: `${host}=http://127.0.0.1:${port}` },
  };
}
