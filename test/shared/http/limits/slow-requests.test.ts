import { createServer, type Server } from 'node:http';
import { endSlowRequests, longestSendingMs } from '../../../../shared/http/limits/slow-requests';
import { portOf } from '../../../functions/support/serve';
import { rawExchange } from '../../../local/cloud/gateway/raw-http';

const head = 'POST / HTTP/1.1\r\nHost: localhost\r\n';

describe('A connection whose client is slow', () => {
  let server: Server;

  const listen = async (longestMs?: number) => {
    server = createServer((request, response) => {
      request.on('error', () => undefined).resume();
      request.on('end', () => response.end());
    });
    endSlowRequests(server, longestMs);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  };
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['headers', head],
    ['body', `${head}Content-Length: 100\r\n\r\nhalf`],
  ])('to send its %s ends', async (_what, text) => {
    await listen(50);
    expect(await rawExchange(portOf(server), text)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('has 30 seconds, which are looked after every second', async () => {
    await listen();
    const { headersTimeout, requestTimeout } = server;
    expect([headersTimeout, requestTimeout, longestSendingMs]).toEqual([30_000, 30_000, 30_000]);
    expect(Reflect.get(server, 'connectionsCheckingInterval')).toBe(1_000);
  });
});
