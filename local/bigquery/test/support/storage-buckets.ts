import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { dirname, join } from 'node:path';

/**
 * As much of Cloud Storage's JSON interface as system tests of BigQuery clients need, over the folder that is
 * the local BigQuery's buckets: making, listing and removing buckets and files, and uploads in one request.
 */
export const storageBuckets = (folder: string): Server =>
  createServer((request, response) => {
    void answer(folder, request).then(({ status, body, location }) => {
      response.writeHead(status, { 'Content-Type': 'application/json', ...(location && { location }) });
      response.end(body === undefined ? undefined : JSON.stringify(body));
    });
  });

interface Answer {
  readonly status: number;
  readonly body?: object;
  readonly location?: string;
}

const notFound: Answer = { status: 404, body: { error: { code: 404, message: 'Not Found' } } };

async function answer(folder: string, request: IncomingMessage): Promise<Answer> {
  const { method, url = '' } = request;
  const { pathname, searchParams } = new URL(url, 'http://localhost');
  const [, bucket, name] = /\/b(?:\/([^/]+)(?:\/o(?:\/(.+))?)?)?$/.exec(pathname) ?? [];
  const isOfFiles = /\/o(\/|$)/.test(pathname);
  const text = await textOf(request);
  if (bucket === undefined) {
    if (method === 'POST') {
      const { name: made } = JSON.parse(text);
      mkdirSync(join(folder, made), { recursive: true });
      return { status: 200, body: bucketOf(made) };
    }
    const prefix = searchParams.get('prefix') ?? '';
    const names = existsSync(folder) ? readdirSync(folder).filter((each) => each.startsWith(prefix)) : [];
    return { status: 200, body: { kind: 'storage#buckets', items: names.map(bucketOf) } };
  }
  const path = join(folder, bucket);
  if (!existsSync(path)) return notFound;
  if (!isOfFiles) {
    if (method === 'DELETE') rmSync(path, { recursive: true });
    return method === 'DELETE' ? { status: 204 } : { status: 200, body: bucketOf(bucket) };
  }
  if (pathname.startsWith('/upload/')) {
    const file = searchParams.get('name') ?? '';
    if (searchParams.get('uploadType') !== 'resumable') return upload(path, file, text);
    // In one piece: what the POST began, a PUT to the same address ends.
    if (method === 'POST') return { status: 200, location: `http://${request.headers.host}${url}` };
    return keep(path, file, text);
  }
  if (name === undefined) {
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' });
    const files = names.filter((each) => statSync(join(path, each)).isFile());
    return {
      status: 200,
      body: { kind: 'storage#objects', items: files.map((each) => ({ name: each, bucket })) },
    };
  }
  const file = join(path, decodeURIComponent(name));
  if (!existsSync(file)) return notFound;
  if (method !== 'DELETE')
    return { status: 200, body: { name: decodeURIComponent(name), bucket, size: `${statSync(file).size}` } };
  rmSync(file);
  return { status: 204 };
}

/** Metadata, then data, as multipart/related. */
function upload(path: string, name: string, text: string): Answer {
  const parts = text.split(/\r?\n\r?\n/);
  const data = parts
    .slice(2)
    .join('\r\n\r\n')
    .replace(/\r?\n--[^\n]*--\r?\n?$/, '');
  return keep(path, name, data);
}

function keep(path: string, name: string, data: string): Answer {
  const file = join(path, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, data);
  const bytes = readFileSync(file);
  const md5Hash = createHash('md5').update(bytes).digest('base64');
  return { status: 200, body: { name, size: `${bytes.length}`, md5Hash, crc32c: crc32c(bytes) } };
}

/** As Cloud Storage tells it: Castagnoli's polynomial, big-endian, in base64. */
function crc32c(bytes: Buffer): string {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 ? 0x82f63b78 : 0);
  }
  const told = Buffer.alloc(4);
  told.writeUInt32BE((sum ^ 0xffffffff) >>> 0);
  return told.toString('base64');
}

const bucketOf = (name: string) => ({
  kind: 'storage#bucket',
  id: name,
  name,
  timeCreated: new Date().toISOString(),
});

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
