import type { IncomingMessage } from 'node:http';
import { ServiceError } from '../errors';
import { shorten } from '../support/shorten';

/**
 * In bytes. Enough for all calls: run parameters are at most 32 KB, our Pub/Sub messages a few hundred bytes.
 */
export const maximumBodyBytes = 1_000_000;

export interface BodyOptions {
  /** Whatever its content type says, the body is read as JSON. */
  readonly isOfAnyType: boolean;
}

/** How much of a body is read, in bytes, and how much was. */
export interface BodyMeter {
  readonly mostBytes?: number | undefined;
  readonly onBytes?: (bytes: number) => void;
}

/**
 * Reads and parses a JSON body; undefined if there is none, which needs no content type. Throws
 * `unsupported_media_type` unless it says that it is JSON: a web page of another site can make a browser post
 * text and forms without asking, but not JSON. Throws `payload_too_large` above 1 MB, without reading on, and
 * `invalid_request` for anything but JSON in UTF-8.
 */
export async function readJsonBody(
  request: IncomingMessage,
  { isOfAnyType }: BodyOptions = { isOfAnyType: false },
  meter: BodyMeter = {},
): Promise<unknown> {
  const type = request.headers['content-type'];
  const isRefused = !isOfAnyType && !/^application\/json\s*(;|$)/i.test(type ?? '');
  // Only a body in chunks can still turn out to be empty.
  if (isRefused && hasBody(request, type)) throw notJson(type);
  const text = await readText(request, meter);
  if (text === '') return undefined;
  if (isRefused) throw notJson(type);
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unreadable';
    throw new ServiceError('invalid_request', `The body is not valid JSON: ${reason}`);
  }
}

const hasBody = ({ headers }: IncomingMessage, type: string | undefined): boolean =>
  headers['transfer-encoding'] === undefined
    ? Number(headers['content-length'] ?? 0) > 0
    : type !== undefined;

function notJson(type: string | undefined): ServiceError {
  const given = type === undefined ? 'none was given' : `given '${shorten(type)}'`;
  return new ServiceError(
    'unsupported_media_type',
    `The body's Content-Type: expected application/json, ${given}`,
  );
}

async function readText(
  request: IncomingMessage,
  { mostBytes = maximumBodyBytes, onBytes }: BodyMeter,
): Promise<string> {
  if (Number(request.headers['content-length'] ?? 0) > mostBytes) throw tooLarge(request);
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    onBytes?.(bytes.length);
    if (size > mostBytes) break;
    chunks.push(bytes);
  }
  // Not in the loop: while something iterates over a stream, it cannot be made to flow.
  if (size > mostBytes) throw tooLarge(request);
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
