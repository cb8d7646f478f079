import { KnownFailure } from '../../shared/google/bigquery/failures';
import type { HttpsAnswer, HttpsRequest } from '../../shared/internet/https-request';
import { type DeliveryAnswer, failureOf } from '../../shared/webhooks/rules/delivery-verdict';

/** Posts an event once. Never throws: whatever becomes of it is the answer. */
export type PostEvent = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
) => Promise<DeliveryAnswer>;

/** How much of an answer is read at most, in bytes, and how much of it is kept, in characters. */
const mostReadBytes = 4_096;
const mostKept = 1_000;

/** @param longestMs how long the endpoint has for its whole answer */
export const createPostEvent =
  (request: HttpsRequest, longestMs: number): PostEvent =>
  async (url, headers, body) => {
    const signal = AbortSignal.timeout(longestMs);
    const sent = {
      ...headers,
      'Content-Type': 'application/cloudevents+json',
      'Content-Length': String(Buffer.byteLength(body)),
      'User-Agent': 'tenant-pipelines-webhooks',
    };
    try {
      const answer = await request(new URL(url), { method: 'POST', headers: sent, body }, signal);
      const { status } = answer;
      return { status, failure: failureOf(status), answer: await beginningOf(answer) };
    } catch (error) {
      return { status: null, failure: wordFor(error, signal), answer: null };
    }
  };

function wordFor(error: unknown, signal: AbortSignal): DeliveryAnswer['failure'] {
  if (error instanceof KnownFailure) return 'refused_address';
  return signal.aborted ? 'timed_out' : 'unreachable';
}

/** What follows is not read: the connection is closed. Where the rest does not come, what has come is enough. */
async function beginningOf({ body }: HttpsAnswer): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= mostReadBytes) break;
    }
  } catch {
    // The status has been said.
  }
  const text = Buffer.concat(chunks).subarray(0, mostReadBytes).toString('utf8');
  const kept = text.replaceAll('\0', '').slice(0, mostKept);
  // A character of two units may be cut in half, and BigQuery takes no halves.
  return Buffer.from(kept).toString();
}
