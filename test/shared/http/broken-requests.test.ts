import { createServer, type Server } from 'node:http';
import { answerBrokenRequests } from '../../../shared/http/broken-requests';
import { endSlowRequests } from '../../../shared/http/limits/slow-requests';
import { portOf } from '../../functions/support/serve';
import { rawExchange } from '../../local/cloud/gateway/raw-http';

const head = 'POST / HTTP/1.1\r\nHost: localhost\r\n';

describe('A request that Node itself refuses', () => {
  let server: Server;

  const listen = async (answer: string) => {
    server = createServer((request, response) => {
      request.on('error', () => undefined).resume();
      if (answer !== '') response.write(answer);
    });
    endSlowRequests(server, 50);
    // A server may be met twice.
    for (let times = 0; times < 2; times++) answerBrokenRequests(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  };
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it.each([
    ['is not HTTP', 'nonsense\r\n\r\n', 400, 'Bad Request', 'invalid_request'],
    ['is sent too slowly', head, 408, 'Request Timeout', 'request_timeout'],
    [
      'has a body that comes too slowly',
      `${head}Content-Length: 9\r\n\r\n`,
      408,
      'Request Timeout',
      'request_timeout',
    ],
    [
      'has too many headers',
      `${head}X: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'Request Header Fields Too Large',
      'headers_too_large',
    ],
  ])('since it %s is told why, as all others', async (_what, text, status, reason, code) => {
    await listen('');
    const [headers = '', body = ''] = (await rawExchange(portOf(server), text)).split('\r\n\r\n');
    expect(headers.split('\r\n')).toEqual([
      `HTTP/1.1 ${status} ${reason}`,
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(body)}`,
      'Cache-Control: no-store',
      'Strict-Transport-Security: max-age=31536000',
      'X-Content-Type-Options: nosniff',
      'Connection: close',
    ]);
    expect(JSON.parse(body)).toMatchObject({ status, code, type: `urn:tenant-pipelines:problem:${code}` });
  });

  it('in the middle of its answer is broken off, and nothing is written into that', async () => {
    await listen('begun');
    const received = await rawExchange(portOf(server), `${head}Content-Length: 9\r\n\r\n`);
    expect(received).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(received).toContain('begun');
    expect(received).not.toContain('problem');
  });
});
