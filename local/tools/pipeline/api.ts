import { z } from 'zod';
import { readEvents, type StreamedEvent } from './event-stream';

export interface Api {
  /** A call of the HTTP interface; its answer's JSON. Throws an ApiError for an answer that is none of success. */
  readonly call: (
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly apiKey?: string; readonly isAdmin?: boolean },
  ) => Promise<unknown>;
  /** The events of a stream, from those on that come after the last one heard, until it ends or breaks. */
  readonly follow: (path: string, apiKey: string, lastId: string | undefined) => AsyncIterable<StreamedEvent>;
}

/** An answer that is no success, in the interface's own words. */
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

const problemShape = z.object({ code: z.string().default(''), detail: z.string().default('') });

/** @param adminKey what admin calls carry, where they are not open */
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
    const { code, detail } = problemShape.parse(await response.json().catch(() => ({})));
    throw new ApiError(
      response.status,
      code,
      detail || `${request.method} ${path}: answered ${response.status}`,
    );
  }
}
