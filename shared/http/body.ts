import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../errors';

/** 1 MB: run parameters are at most 32 KB, Pub/Sub pushes of ours a few hundred bytes. */
export const maximumBodyBytes = 1_000_000;

/**
 * Reads and parses a JSON body. No body at all is undefined. Throws `payload_too_large` past 1 MB, keeping none of it,
 * and `invalid_request` for what is not UTF-8 JSON.
 */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const text = await readText(request);
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new ServiceError('invalid_request', `The body is not valid JSON: ${reason}`);
  }
}

async function readText(request: IncomingMessage): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > maximumBodyBytes) throw tooLarge(request);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > maximumBodyBytes) throw tooLarge(request);
    chunks.push(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new ServiceError('invalid_request', 'The body is not valid UTF-8');
  }
}

/**
 * What is still on its way is thrown away, and the connection stays open: closed while the caller is sending, it would be
 * reset, and the caller would never read the answer. The server's request timeout bounds how long that can take.
 */
function tooLarge(request: IncomingMessage): ServiceError {
  request.resume();
  return new ServiceError('payload_too_large', `The body is larger than ${maximumBodyBytes} bytes`);
}
