import { once } from 'node:events';
import { createConnection } from 'node:net';
import { type Served, serve } from '../../functions/support/serve';

const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
const post = 'POST /read HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n';

describe('A body that is too large', () => {
  let served: Served;
  beforeAll(async () => {
    const log = () => undefined;
    served = await serve(
      [
        { method: 'POST', path: '/read', handle: async ({ json }) => ({ status: 200, body: await json() }) },
        { method: 'GET', path: '/next', handle: async () => ({ status: 204 }) },
      ],
      log,
    );
  });
  afterAll(() => served?.close());

  it.each([
    ['in chunks', `${post}Transfer-Encoding: chunked\r\n\r\n${chunk.repeat(64)}0\r\n\r\n`],
    ['of a length that is told', `${post}Content-Length: 4000000\r\n\r\n${' '.repeat(4_000_000)}`],
  ])('%s is refused, and the next request of its connection is answered', async (_what, request) => {
    const socket = createConnection(Number(new URL(served.url).port), '127.0.0.1');
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
      if (heard.includes('HTTP/1.1 204')) socket.end();
    });
    socket.write(`${request}GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await once(socket, 'close');
    expect(heard.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 204']);
  });
});
