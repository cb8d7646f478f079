import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../errors';

/**
 * In bytes. Enough for all calls: run parameters are at most 32 KB, our Pub/Sub messages a few hundred bytes.
 */
export const maximumBodyBytes = 1_000_000;

/**
 * Reads and parses a JSON body; undefined if there is none. Throws `payload_too_large` above 1 MB, without
 * reading on, and `invalid_request` for anything but JSON in UTF-8.
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
 * Discards the rest of the body but keeps the connection open: closed while the caller is sending, it would
 * be reset, and the caller would never see the answer. The server's request timeout limits how long that
 * takes.
 */
function tooLarge(request: IncomingMessage): ServiceError {
  request.resume();
  return new ServiceError('payload_too_large', `The body is larger than ${maximumBodyBytes} bytes`);
}
