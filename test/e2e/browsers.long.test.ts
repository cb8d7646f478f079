// In short: ../functions/browsers.test.ts
import { existsSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import { z } from 'zod';
import { adminKey, onboard, startTestCloud, type TestCloud } from '../support/local-cloud';

const executablePath = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find(existsSync);
if (executablePath === undefined) console.warn('Skipped: there is no Chromium on this machine');
const withBrowser = executablePath === undefined ? describe.skip : describe;

const root = join(__dirname, '../..');
const tenant = 'pages';
const documentSchema = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });
const { paths } = documentSchema.parse(JSON.parse(readFileSync(join(root, 'schemas/openapi.json'), 'utf8')));
const calls = Object.entries(paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })),
);

/** Pages on hosts that are this machine to the browser, with the client as a script. */
withBrowser('Web pages of other origins, in Chromium', () => {
  let cloud: TestCloud;
  let browser: Browser;
  let pages: Server;
  let apiKey: string;
  const origin = (host: string) => `http://${host}:${(pages.address() as AddressInfo).port}`;

  beforeAll(async () => {
    cloud = await startTestCloud({
      ADMIN_API_KEY: adminKey,
      CORS_ORIGINS: 'http://app.example:*',
      EVENT_TYPES: '',
    });
    apiKey = await onboard(cloud.url, tenant);
    const { outputFiles } = buildSync({
      entryPoints: [join(root, 'client/index.ts')],
      bundle: true,
      write: false,
      format: 'iife',
      globalName: 'pipelines',
    });
    const script = outputFiles[0]?.text ?? '';
    pages = createServer((request, response) => {
      const isScript = request.url === '/client.js';
      response.setHeader('Content-Type', isScript ? 'text/javascript' : 'text/html');
      response.end(
        isScript ? script : '<!doctype html><title>A page</title><script src="/client.js"></script>',
      );
    });
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: ['--no-sandbox', '--host-resolver-rules=MAP *.example 127.0.0.1'],
    });
  });
  afterAll(async () => {
    await browser?.close();
    pages?.close();
    await cloud?.close();
  });

  const pageOf = async (host: string) => {
    const page = await browser.newPage();
    await page.goto(origin(host));
    return page;
  };

  /** What a page's own fetch gets for every call of the interface: a status, or that its browser refuses. */
  const tryAll = async (host: string): Promise<readonly unknown[]> => {
    const page = await pageOf(host);
    const given = { base: cloud.url, apiKey, calls };
    return page.evaluate(async ({ base, apiKey: key, calls: all }) => {
      const tried = all.map(async ({ method, path }) => {
        const address = base + path.replace('{tenant}', 'pages').replace(/\{\w+\}/g, 'none');
        const headers = { 'X-API-Key': key, 'Content-Type': 'application/json' };
        const hasBody = method === 'POST' || method === 'PATCH';
        try {
          const answer = await fetch(address, { method, headers, ...(hasBody && { body: '{}' }) });
          await answer.text();
          return answer.headers.get('X-Request-Id') === null ? 'no request id' : answer.status;
        } catch {
          return 'refused';
        }
      });
      return Promise.all(tried);
    }, given);
  };

  it('can make every call of openapi.json, and read its answer and headers, if they are named', async () => {
    const answers = await tryAll('app.example');
    expect(answers).toHaveLength(calls.length);
    expect(answers.filter((answer) => typeof answer !== 'number' || answer >= 500)).toEqual([]);
    expect(answers).toContain(200);
  });

  it('can make none if they are not', async () => {
    expect(new Set(await tryAll('other.example'))).toEqual(new Set(['refused']));
  });

  it('start a run with the client, and follow its stream to the end', async () => {
    const page = await pageOf('app.example');
    const heard = await page.evaluate(
      async ({ base, key }) => {
        // The script in the page has put it there.
        const { createClient }: typeof import('../../client') = Reflect.get(globalThis, 'pipelines');
        const api = createClient({ baseUrl: base, apiKey: key });
        const { run_id: runId } = await api.startRun('pages', 'gcp/example/dryrun');
        const events: string[] = [];
        for await (const { event } of api.followRun(runId)) events.push(event);
        const listed: string[] = [];
        for await (const run of api.eachRun()) listed.push(run.run_id);
        return { events, isListed: listed.includes(runId) };
      },
      { base: cloud.url, key: apiKey },
    );
    expect(heard.events[0]).toBe('run');
    expect(heard.events.at(-1)).toBe('end');
    expect(heard.isListed).toBe(true);
  });

  it('are told why a call is refused', async () => {
    const page = await pageOf('app.example');
    const refused = await page.evaluate(async (base) => {
      const { createClient }: typeof import('../../client') = Reflect.get(globalThis, 'pipelines');
      const api = createClient({ baseUrl: base, apiKey: 'pages_api_wrong' });
      const error: unknown = await api.call('listRuns').catch((thrown: unknown) => thrown);
      return error instanceof Error && 'code' in error ? error.code : `${error}`;
    }, cloud.url);
    expect(refused).toBe('unauthenticated');
  });
});
