import { findRoute, type Route } from '../../../shared/http/route';

const handle = async () => ({ status: 200 });
const routes: readonly Route[] = [
  { method: 'GET', path: '/runs/{run_id}', handle },
  { method: 'POST', path: '/runs/{run_id}/cancel', handle },
  { method: 'DELETE', path: '/runs/{run_id}', handle },
];

const outcome = (method: string, path: string) => {
  try {
    const { route, params } = findRoute(routes, method, path);
    return [route.path, params];
  } catch (error) {
    return error;
  }
};

describe('Routes', () => {
  it('give the named segments, percent-decoded', () => {
    expect(outcome('GET', '/runs/a%20b')).toEqual(['/runs/{run_id}', { run_id: 'a b' }]);
  });

  it('do not split a segment at an encoded slash', () => {
    expect(outcome('GET', '/runs/a%2Fcancel')).toEqual(['/runs/{run_id}', { run_id: 'a/cancel' }]);
  });

  it.each([
    ['/', 'not_found'],
    ['/runs', 'not_found'],
    ['/runs/', '/runs/{run_id}'],
    ['/runs/1/2', 'not_found'],
    ['/runs/%', 'invalid_request'],
    ['/runs/%E0%A4', 'invalid_request'],
  ])('%s is %s', (path, expected) => {
    const found = outcome('GET', path);
    expect(Array.isArray(found) ? found[0] : Reflect.get(Object(found), 'code')).toBe(expected);
  });

  it('with dots match all segments that follow, but below what they leave out', () => {
    const all: readonly Route[] = [
      { method: 'GET', path: '/runs/{run_id}', handle },
      { method: 'GET', path: '/{rest...}', except: ['api'], handle },
    ];
    const found = (path: string) => {
      try {
        const { route, params } = findRoute(all, 'HEAD', path);
        return [route.path, params.rest];
      } catch (error) {
        return Reflect.get(Object(error), 'code');
      }
    };
    expect(found('/')).toEqual(['/{rest...}', '']);
    expect(found('/tenants/a%20b/runs')).toEqual(['/{rest...}', 'tenants/a b/runs']);
    expect(found('/apis')).toEqual(['/{rest...}', 'apis']);
    expect(found('/runs/1')).toEqual(['/runs/{run_id}', undefined]);
    expect(['/api', '/api/v1/nothing', '/%61pi/v1'].map(found)).toEqual([
      'not_found',
      'not_found',
      'not_found',
    ]);
  });

  it('name the methods that a path has', () => {
    expect(outcome('PUT', '/runs/1')).toMatchObject({
      code: 'method_not_allowed',
      headers: { Allow: 'GET, HEAD, DELETE, OPTIONS' },
    });
  });
});
