import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';

const authorizedSchema = z
  .object({ headers: z.union([z.instanceof(Headers), z.record(z.string(), z.string())]).optional() })
  .optional();

/** The headers that the client would send with a request of its own; none if it has no credentials. */
export async function authorizationFor(bigquery: BigQuery, url: URL): Promise<Record<string, string>> {
  const authorized = await new Promise<unknown>((resolve, reject) => {
    bigquery.makeAuthenticatedRequest(
      { method: 'POST', uri: url.href },
      { onAuthenticated: (error, options) => (error ? reject(error) : resolve(options)) },
    );
  });
  return Object.fromEntries(new Headers(authorizedSchema.parse(authorized)?.headers));
}
