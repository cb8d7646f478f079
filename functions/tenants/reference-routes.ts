import { expectNoQuery } from '../../shared/http/parse';
import type { Route } from '../../shared/http/route';

/** What the HTTP interface is, for everybody and without a key: it says nothing of any tenant. */
export function referenceRoutes(openApiText: () => string): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/api/v1/openapi.json',
      handle: async (request) => {
        expectNoQuery(request);
        return {
          status: 200,
          text: openApiText(),
          headers: { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=300' },
        };
      },
    },
  ];
}
