import { openApiDocument, operationsOf } from '../../../../local/tools/openapi/document';
import { ServiceError } from '../../../../shared/errors';
import { type Deprecations, deprecationHeaders } from '../../../../shared/http/headers/deprecations';
import type { Route } from '../../../../shared/http/route';
import { collectingLog, type Served, serve } from '../../../functions/support/serve';

const guide = 'https://docs.example.com/guide';
const since = new Date('2026-11-01T00:00:00Z');
const sunset = new Date('2027-05-01T00:00:00Z');
const deprecated: Deprecations = {
  listTenants: { parameters: { tier: { since } } },
  showTenant: { call: { since, sunset, link: guide } },
};

describe('A deprecated call', () => {
  const routes: readonly Route[] = [
    {
      operation: 'showTenant',
      method: 'GET',
      path: '/old/{name}',
      handle: async ({ params }) => {
        if (params.name === 'none') throw new ServiceError('not_found', 'There is none');
        return { status: 200, headers: { Link: '</old/2>; rel="next"' }, body: {} };
      },
    },
    { operation: 'listTenants', method: 'GET', path: '/new', handle: async () => ({ status: 204 }) },
  ];
  let served: Served;
  beforeAll(async () => {
    served = await serve(routes, collectingLog().log, undefined, deprecated);
  });
  afterAll(() => served?.close());

  const told = async (path: string) => {
    const { status, headers } = await fetch(served.url + path);
    return [status, ...['deprecation', 'sunset', 'link'].map((name) => headers.get(name))];
  };

  it('says so in each answer, refusals included, beside the links that it has', async () => {
    const own = ['@1793491200', 'Sat, 01 May 2027 00:00:00 GMT'];
    expect(await told('/old/1')).toEqual([
      200,
      ...own,
      `</old/2>; rel="next", <${guide}>; rel="deprecation"`,
    ]);
    expect(await told('/old/none')).toEqual([404, ...own, `<${guide}>; rel="deprecation"`]);
  });

  it('can be one parameter of a call: then those that use it are told', async () => {
    expect(await told('/new')).toEqual([204, null, null, null]);
    expect(await told('/new?tier=FREE')).toEqual([204, '@1793491200', null, null]);
  });

  it('tells the earliest times of all that is used', () => {
    const later = { since: sunset, sunset: since, link: guide };
    expect(
      deprecationHeaders(
        { call: later, parameters: { a: { since, link: guide } } },
        new URLSearchParams('a=1'),
      ),
    ).toEqual({
      Deprecation: '@1793491200',
      Sunset: 'Sun, 01 Nov 2026 00:00:00 GMT',
      Link: `<${guide}>; rel="deprecation"`,
    });
  });

  it('is marked in openapi.json', () => {
    const operations = operationsOf({}).map((operation) => ({
      ...operation,
      deprecated: deprecated[operation.id] ?? {},
    }));
    const { paths } = openApiDocument(operations, { operations: {}, problems: {} });
    expect(paths).toMatchObject({
      '/api/v1/tenants/{tenant}': {
        get: {
          deprecated: true,
          responses: { 200: { headers: { Deprecation: { schema: { type: 'string' } } } } },
        },
        patch: expect.not.objectContaining({ deprecated: true }),
      },
      '/api/v1/tenants': {
        get: {
          parameters: expect.arrayContaining([
            expect.objectContaining({ name: 'tier', deprecated: true }),
            expect.not.objectContaining({ deprecated: true }),
          ]),
        },
      },
    });
  });
});
