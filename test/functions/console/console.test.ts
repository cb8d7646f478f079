import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { lazyConsole, reloadConsole } from '../../../functions/console/console-files';
import { consoleRoutes } from '../../../functions/console/handler';
import { writeConsole } from '../../../local/tools/build/build-console';
import { rawRequest } from '../../support/raw-request';
import { newDirectory, removeDirectory } from '../../support/server-process';
import { collectingLog, type Served, serve } from '../support/serve';

const page = `<!doctype html><title>The page</title>${' '.repeat(2000)}`;
const script = `console.log(${JSON.stringify('x'.repeat(2000))});`;
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const buildOf = (index: string) => ({
  files: new Map([
    ['index.html', Buffer.from(index)],
    ['assets/main-ABCDEFGH.js', Buffer.from(script)],
    ['assets/main-IJKLMNOP.css', Buffer.from('a{}')],
  ]),
});

describe('The function that serves the console', () => {
  const directory = newDirectory();
  const { log, lines } = collectingLog();
  let served: Served;
  beforeAll(async () => {
    writeConsole(buildOf(page), directory, { isCompressed: true });
    served = await serve(consoleRoutes(lazyConsole(directory)), log);
  });
  afterAll(async () => {
    await served.close();
    removeDirectory(directory);
  });

  const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
    rawRequest(Number(new URL(served.url).port), { method, path, headers });

  it.each(['/', '/tenants/testcorp_001/runs/1?tab=steps', '/apis', '/assetsx', '//', '/a%20b.js'])(
    'answers %s with the page, under strict rules',
    async (path) => {
      const { status, headers, text } = await get(path);
      expect({ status, text }).toEqual({ status: 200, text: page });
      expect(headers).toMatchObject({
        'content-type': 'text/html; charset=utf-8',
        'content-length': String(page.length),
        'cache-control': 'no-cache',
        vary: 'Accept-Encoding',
        'content-security-policy': policy,
        'cross-origin-opener-policy': 'same-origin',
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'permissions-policy': expect.stringContaining('camera=()'),
        'strict-transport-security': expect.any(String),
      });
    },
  );

  it('answers an asset, to be kept for good', async () => {
    const { status, headers, text } = await get('/assets/main-ABCDEFGH.js');
    expect({ status, text }).toEqual({ status: 200, text: script });
    expect(headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': policy,
    });
    expect((await get('/assets/main-IJKLMNOP.css')).headers['content-type']).toBe('text/css; charset=utf-8');
  });

  it.each([
    '/assets/other.js',
    '/assets/',
    '/assets/main-ABCDEFGH.js.gz',
    '/assets/../index.html',
    '/assets/..%2findex.html',
    '/assets/%2e%2e/index.html',
    '/api',
    '/api/v1/nothing',
    '//api/v1/tenants',
    '/local/scheduler',
  ])('has nothing at %s: 404', async (path) => {
    const { status, headers, text } = await get(path, { Accept: 'text/html' });
    expect({ status, type: headers['content-type'] }).toEqual({
      status: 404,
      type: 'application/problem+json',
    });
    expect(JSON.parse(text)).toMatchObject({ code: 'not_found' });
  });

  it.each<[string | undefined, string | undefined]>([
    [undefined, undefined],
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip, deflate', 'gzip'],
    ['br;q=0, GZIP;q=0.5', 'gzip'],
    ['*', 'br'],
    ['*;q=0', undefined],
    ['br;q=0.0, *', 'gzip'],
    ['identity', undefined],
  ])('to Accept-Encoding %s its files go as %s', async (accepted, coding) => {
    const asked: Record<string, string> = accepted === undefined ? {} : { 'Accept-Encoding': accepted };
    const { headers, bytes } = await get('/assets/main-ABCDEFGH.js', asked);
    expect(headers['content-encoding']).toBe(coding);
    const plain =
      coding === 'br' ? brotliDecompressSync(bytes) : coding === 'gzip' ? gunzipSync(bytes) : bytes;
    expect(plain.toString()).toBe(script);
  });

  it('logs what it has not, and nothing else', async () => {
    lines.length = 0;
    for (const path of ['/', '/assets/main-ABCDEFGH.js', '/assets/other.js', '/tenants']) await get(path);
    expect(lines.map(({ message }) => message)).toEqual(['GET /assets/other.js 404 not_found']);
  });

  it('tells who has the page already no more than that', async () => {
    const first = await get('/');
    const tag = String(first.headers.etag);
    const again = await get('/tenants', { 'If-None-Match': tag });
    expect(again).toMatchObject({ status: 304, text: '' });
    expect(again.headers).toMatchObject({ etag: tag, 'cache-control': 'no-cache', vary: 'Accept-Encoding' });
    // Compressed it is something else.
    expect((await get('/', { 'If-None-Match': tag, 'Accept-Encoding': 'br' })).status).toBe(200);
    expect((await get('/', { 'If-None-Match': '"another"' })).status).toBe(200);
  });

  it('answers HEAD without a body, and nothing else', async () => {
    expect(await get('/', {}, 'HEAD')).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-length': String(page.length) },
    });
    const { status, headers } = await get('/', {}, 'POST');
    expect({ status, allow: headers.allow }).toEqual({ status: 405, allow: 'GET, HEAD, OPTIONS' });
  });

  it('reads its files once, until it is told that they changed', async () => {
    writeConsole(buildOf('<!doctype html><title>Another</title>'), directory, { isCompressed: true });
    expect((await get('/')).text).toBe(page);
    reloadConsole();
    expect((await get('/')).text).toContain('Another');
  });
});
