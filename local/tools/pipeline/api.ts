import { z } from 'zod';

export interface Api {
  /**
   * Calls the HTTP interface and resolves to the answer's JSON.
   * @throws ApiError unless the call succeeded
   */
  readonly call: (
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly apiKey?: string; readonly isAdmin?: boolean },
  ) => Promise<unknown>;
  /** The events of a stream that follow the event `lastId`, until the stream ends or breaks. */
  readonly follow: (path: string, apiKey: string, lastId: string | undefined) => AsyncIterable<StreamedEvent>;
}

/** A call that did not succeed, in the interface's own words. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
  ) {
    super(detail);
  }
}

const problemSchema = z.object({ code: z.string().default(''), detail: z.string().default('') });

/** @param adminKey sent with admin calls, where they are not open */
export function createApi(base: string, adminKey: string | undefined): Api {
  return {
    async call(method, path, { body, apiKey, isAdmin = false } = {}) {
      const response = await ask(path, {
        method,
        headers: {
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(apiKey !== undefined && { 'X-API-Key': apiKey }),
          ...(isAdmin && adminKey !== undefined && { 'X-Admin-Key': adminKey }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return await response.json();
    },
    async *follow(path, apiKey, lastId) {
      const headers = { 'X-API-Key': apiKey, ...(lastId !== undefined && { 'Last-Event-ID': lastId }) };
      const { body } = await ask(path, { method: 'GET', headers });
      if (body) yield* readEvents(body);
    },
  };

  async function ask(path: string, request: RequestInit): Promise<Response> {
    const response = await fetch(`${base}${path}`, request).catch((error: unknown) => {
      throw new Error(`Nothing answers at ${base}: start the local cloud by npm start`, { cause: error });
    });
    if (response.ok) return response;
    const { code, detail } = problemSchema.parse(await response.json().catch(() => ({})));
    throw new ApiError(
      response.status,
      code,
      detail || `${request.method} ${path}: answered ${response.status}`,
    );
  }
}

/** One event of a stream; its data is JSON. */
export interface StreamedEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

/**
 * The events of a text/event-stream, as far as this interface uses the form: one line of data each.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = fieldOf(block, 'data');
      if (data === undefined) continue;
      yield {
        event: fieldOf(block, 'event') ?? 'message',
        id: fieldOf(block, 'id') ?? '',
        data: JSON.parse(data),
      };
    }
  }
}

const fieldOf = (block: string, name: string): string | undefined =>
  block
    .split('\n')
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2);
