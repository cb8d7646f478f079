import { z } from 'zod';

/** Calls of one hosted function, each sent once: the project's client would try some of them again. */
export interface FunctionCalls {
  /**
   * Resolves to the answer's JSON.
   * @throws Refused unless the call succeeded
   */
  readonly call: (
    method: string,
    path: string,
    options?: { readonly body?: unknown; readonly apiKey?: string; readonly isAdmin?: boolean },
  ) => Promise<unknown>;
}

/** A call that did not succeed, in the interface's own words. */
export class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(detail);
  }
}

const problemSchema = z.object({ detail: z.string().default('') });

export const functionCalls = (base: string, adminKey: string): FunctionCalls => ({
  async call(method, path, { body, apiKey, isAdmin = false } = {}) {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        ...(body !== undefined && { 'Content-Type': 'application/json' }),
        ...(apiKey !== undefined && { 'X-API-Key': apiKey }),
        ...(isAdmin && { 'X-Admin-Key': adminKey }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json().catch(() => ({}));
    if (response.ok) return answer;
    throw new Refused(
      response.status,
      `${method} ${path}: ${response.status} ${problemSchema.parse(answer).detail}`,
    );
  },
});
