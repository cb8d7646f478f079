import { z } from 'zod';
import { requestHeader } from '../world/fleet';

export type Answer =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** Of a problem. */
      readonly code: string;
      readonly body: Readonly<Record<string, unknown>>;
    }
  /** The connection broke, or nothing came in time: what became of the request is not known. */
  | { readonly kind: 'unanswered'; readonly reason: string };

export interface Call {
  /** What the request is called; the id of a run follows from it. */
  readonly name: string;
  readonly url: string;
  readonly method?: 'POST' | 'PATCH';
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON, or text that is sent as it is. */
  readonly body?: unknown;
}

const bodySchema = z.record(z.string(), z.unknown());
const longestMs = 60_000;

export async function send({ name, url, method = 'POST', headers = {}, body }: Call): Promise<Answer> {
  try {
    const response = await fetch(url, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
        [requestHeader]: name,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      signal: AbortSignal.timeout(longestMs),
    });
    const text = await response.text();
    const parsed = text === '' ? {} : bodySchema.parse(JSON.parse(text));
    return { kind: 'answered', status: response.status, code: String(parsed.code ?? ''), body: parsed };
  } catch (error) {
    return { kind: 'unanswered', reason: error instanceof Error ? error.message : String(error) };
  }
}

/** An answer in a line, for the journal. */
export const describeAnswer = (answer: Answer): string =>
  answer.kind === 'unanswered'
    ? `unanswered (${answer.reason})`
    : `${answer.status} ${answer.code} ${answer.body.detail ?? ''}`.trim();
