import { createServer } from 'node:http';
import { clientAddress } from '../../../../shared/http/limits/client-address';
import { portOf } from '../../../functions/support/serve';
import { rawExchange } from '../../../local/cloud/gateway/raw-http';

describe("The client's address", () => {
  let entries = 0;
  const server = createServer((request, response) => response.end(clientAddress(request, entries)));
  beforeAll(() => new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve)));
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const addressOf = async (headers: readonly string[], appended: number) => {
    entries = appended;
    const lines = headers.map((value) => `X-Forwarded-For: ${value}\r\n`).join('');
    const answer = await rawExchange(
      portOf(server),
      `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${lines}\r\n`,
    );
    return answer.split('\r\n\r\n')[1];
  };

  it.each<[string, string[], number, string]>([
    ['without a proxy it is that of the connection', ['198.51.100.1'], 0, '127.0.0.1'],
    ["behind Google's load balancer the last but one", ['203.0.113.9, 34.117.0.1'], 2, '203.0.113.9'],
    [
      'what the client wrote before does not count',
      ['198.51.100.1,203.0.113.9,34.117.0.1'],
      2,
      '203.0.113.9',
    ],
    [
      'neither in a header of its own',
      ['198.51.100.1, 198.51.100.2', '203.0.113.9,34.117.0.1'],
      2,
      '203.0.113.9',
    ],
    ['behind the local gateway the last', ['198.51.100.1, 203.0.113.9'], 1, '203.0.113.9'],
    ['an IPv6 client has its whole network', ['2001:db8:1:2:3:4:5:6,34.117.0.1'], 2, '2001:db8:1:2::/64'],
    ['an IPv4 address is the same in both forms', ['::ffff:203.0.113.9,34.117.0.1'], 2, '203.0.113.9'],
    ['without the header that of the connection', [], 2, '127.0.0.1'],
    ['with too few entries that of the connection', ['203.0.113.9'], 2, '127.0.0.1'],
    ['with what is no address that of the connection', ['unknown, 34.117.0.1'], 2, '127.0.0.1'],
  ])('%s', async (_what, headers, appended, expected) => {
    expect(await addressOf(headers, appended)).toBe(expected);
  });
});
