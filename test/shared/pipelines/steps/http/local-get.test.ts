import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { createLocalGet } from '../../../../../shared/pipelines/steps/http/local-get';

describe('asking servers of this machine in place of hosts', () => {
  const asked: { readonly url: string | undefined; readonly headers: IncomingHttpHeaders }[] = [];
  const server = createServer(({ url, headers }, response) => {
    asked.push({ url, headers });
    response.writeHead(201, { link: '<x>' }).end('[{"id": 1}]');
  });
  let local: Readonly<Record<string, string>>;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    local = { 'api.example.com': `http://localhost:${port}` };
  });
  afterAll(() => server.close());
  const elsewhere = async () => {
    throw new Error('asked elsewhere');
  };
  const never = new AbortController().signal;

  it('sends path, query and headers, and the host as it is named', async () => {
    const get = createLocalGet(local, elsewhere);
    const answer = await get(
      new URL('https://api.example.com/v1/rates?day=1'),
      { Accept: 'text/csv' },
      never,
    );
    expect(answer).toMatchObject({ status: 201, headers: { link: '<x>' } });
    expect((await buffer(answer.body)).toString()).toBe('[{"id": 1}]');
    expect(asked).toMatchObject([
      { url: '/v1/rates?day=1', headers: { host: 'api.example.com', accept: 'text/csv' } },
    ]);
  });

  it.each([
    'https://api.example.com:8443/',
    'https://example.com/',
    'https://127.0.0.1/',
    'https://toString/',
  ])('asks nothing else of this machine: %s', async (url) => {
    await expect(createLocalGet(local, elsewhere)(new URL(url), {}, never)).rejects.toThrow(
      'asked elsewhere',
    );
  });

  it('ends with its signal', async () => {
    const get = createLocalGet(local, elsewhere);
    await expect(get(new URL('https://api.example.com/'), {}, AbortSignal.abort())).rejects.toThrow('abort');
  });
});
