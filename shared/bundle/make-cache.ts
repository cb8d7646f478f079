import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createApiKey } from '../tenants/rules/api-key';
import { cacheFileOf, loadBundle } from './load-bundle';

/**
 * Runs as the buildpack's build step (`gcp-build`) in the container that will serve. It starts the function,
 * sends it a few requests, and keeps what V8 has compiled for them, so that no instance has to compile it
 * again. There is no Google Cloud behind it: the requests fail, but after their code was loaded. A function
 * works without a cache, too, so an error here fails no build.
 */
async function main(name: string): Promise<void> {
  const port = await freePort();
  Object.assign(process.env, {
    FUNCTION_TARGET: name,
    PORT: String(port),
    NODE_ENV: 'production',
    LOG_SEVERITY: 'NONE',
    GOOGLE_CLOUD_PROJECT: 'none',
    METADATA_SERVER_DETECTION: 'none',
    BIGQUERY_EMULATOR_HOST: 'http://127.0.0.1:1',
    PUBSUB_EMULATOR_HOST: '127.0.0.1:1',
  });
  const file = join(__dirname, '../index.js');
  const { start, createCache } = loadBundle(file);
  start();
  const key = createApiKey('nobody');
  const signal = AbortSignal.timeout(patienceMs);
  for (const path of paths) await ask({ port, path, headers: { 'X-API-Key': key }, signal });
  const cache = createCache();
  writeFileSync(cacheFileOf(file), cache);
  console.log(`${name}: ${(cache.length / 1e6).toFixed(2)} MB of compiled code`);
}

/** Between them, every function answers one of these paths. The status does not matter. */
const paths = ['/api/v1/pipelines/run/nobody/gcp/example/dryrun', '/api/v1/tenants/nobody', '/'];
const patienceMs = 3_000;

/** Resolves once the function has answered, or when patience ends. */
async function ask(options: RequestOptions & { readonly signal: AbortSignal }): Promise<void> {
  while (!options.signal.aborted) {
    const sent = request({ ...options, method: 'POST' });
    const answered = once(sent, 'response').then(
      () => true,
      () => false,
    );
    sent.end();
    if (await answered) return;
    await sleep(20);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return address.port;
}

main(process.argv[2] ?? '')
  .catch((error: unknown) => console.error('No compiled code is kept:', error))
  .finally(() => process.exit(0));
