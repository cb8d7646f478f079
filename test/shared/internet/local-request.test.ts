import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { createLocalRequest, type LocalHosts } from '../../../shared/internet/local-request';
import { createHttpsGet } from '../../../shared/pipelines/steps/http/https-get';

describe('asking servers of this machine in place of hosts', () => {
  const asked: {
    method?: string | undefined;
    url?: string | undefined;
    headers: IncomingHttpHeaders;
    body: string;
  }[] = [];
  const server = createServer(async (request, response) => {
    const { method, url, headers } = request;
    asked.push({ method, url, headers, body: await text(request) });
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
  const createLocalGet = (hosts: LocalHosts, request: typeof elsewhere) =>
    createHttpsGet(createLocalRequest(hosts, request));
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

  it('posts a body', async () => {
    const message = { method: 'POST', headers: {}, body: 'ähm' } as const;
    const request = createLocalRequest(local, elsewhere);
    expect((await request(new URL('https://api.example.com/hook'), message, never)).status).toBe(201);
    expect(asked.at(-1)).toMatchObject({ method: 'POST', url: '/hook', body: 'ähm' });
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
