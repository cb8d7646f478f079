import { z } from 'zod';

export interface Api {
  /** A call of the HTTP interface; its answer's JSON. Throws an ApiError for an answer that is none of success. */
  readonly call: (
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly apiKey?: string; readonly isAdmin?: boolean },
  ) => Promise<unknown>;
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
      const response = await ask(`${base}${path}`, {
        method,
        headers: {
          ...(body !== undefined && { 'Content-Type': 'application/json' }),
          ...(apiKey !== undefined && { 'X-API-Key': apiKey }),
          ...(isAdmin && adminKey !== undefined && { 'X-Admin-Key': adminKey }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const answer: unknown = await response.json().catch(() => ({}));
      if (response.ok) return answer;
      const { code, detail } = problemShape.parse(answer);
      throw new ApiError(response.status, code, detail || `${method} ${path}: answered ${response.status}`);
    },
  };

  async function ask(url: string, request: RequestInit): Promise<Response> {
    try {
      return await fetch(url, request);
    } catch (error) {
      throw new Error(`Nothing answers at ${base}: start the local cloud by npm start`, { cause: error });
    }
  }
}
