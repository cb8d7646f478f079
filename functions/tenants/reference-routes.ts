import type { Reference } from '../../shared/definitions/openapi';
import type { OperationId } from '../../shared/http/access';
import { expectNoQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';

/** For a few minutes nobody need ask again. */
const cached = { 'Cache-Control': 'public, max-age=300' };
/** The page has no scripts, and nothing in it comes from elsewhere. */
const policy = { 'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'" };

/** What the HTTP interface is, for everybody and without a key: it says nothing of any tenant. */
export function referenceRoutes({ openApi, page }: Reference): readonly Route[] {
  const told = (
    operation: OperationId,
    path: string,
    text: () => string,
    headers: Readonly<Record<string, string>>,
  ): Route => ({
    operation,
    method: 'GET',
    path,
    handle: async (request) => {
      expectNoQuery(request);
      return { status: 200, text: text(), headers: { ...headers, ...cached } };
    },
  });
  return [
    told('showDocument', '/api/v1/openapi.json', openApi, { 'Content-Type': 'application/json' }),
    told('showReference', '/api/v1/docs', page, { 'Content-Type': 'text/html; charset=utf-8', ...policy }),
  ];
}
