import { adminKey, asAdmin, onboard, query, startTestCloud, type TestCloud } from '../../support/local-cloud';
import { type RawRequest, rawRequest } from '../../support/raw-request';
import {
  about,
  at,
  type Endpoint,
  endpoints,
  malformedBodies,
  wrongBodies,
  wrongPathTenants,
  wrongPipelinePaths,
} from './endpoints';
import { expectProblem } from './refusals';
import {
  furtherAdminKeys,
  furtherAdmins,
  makeRefusedKeys,
  notAdmins,
  type RefusedKeys,
  refusedTokens,
  tokenSecret,
} from './refused-keys';

const table = endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const);
const where = (is: (endpoint: Endpoint) => boolean) => table.filter(([, endpoint]) => is(endpoint));
const json = { 'Content-Type': 'application/json' };
const oneMegabyte = 1_000_000;
const keyMessage = 'A valid API key is required in the X-API-Key header';

/**
 * Every endpoint is asked with no key, another tenant's, one of another scope, and what is not the admin's; each
 * `part`-th also with all other invalid keys and tokens, by a viewer, and in all wrong forms.
 */
export const describeRefusals = (part: number): void =>
  describe('Every endpoint refuses', () => {
    const some = <Row>(rows: readonly Row[]) => rows.filter((_, index) => index % part === 0);

    let cloud: TestCloud;
    let acmeKey: string;
    let otherKey: string;
    let refused: RefusedKeys;

    beforeAll(async () => {
      cloud = await startTestCloud({
        ADMIN_API_KEY: adminKey,
        ADMIN_API_KEYS: furtherAdminKeys,
        TOKEN_SECRET: tokenSecret,
      });
      acmeKey = await onboard(cloud.url, 'acme');
      otherKey = await onboard(cloud.url, 'other');
      refused = await makeRefusedKeys(cloud, acmeKey);
    });
    afterAll(() => cloud?.close());

    const send = (request: RawRequest) => rawRequest(Number(new URL(cloud.url).port), request);
    /** A correct request, except for the change. */
    const ask = (endpoint: Endpoint, change: Partial<RawRequest> = {}) =>
      send({
        method: endpoint.method,
        path: at(endpoint, 'acme'),
        headers: authorized(endpoint),
        body: endpoint.body === undefined ? undefined : JSON.stringify(endpoint.body),
        ...change,
      });
    const authorized = ({ who }: Endpoint): Record<string, string> => ({
      ...json,
      ...(who === 'admin' ? asAdmin : { 'X-API-Key': acmeKey }),
    });

    describe.each(where(({ who }) => who !== 'admin'))('%s', (_name, endpoint) => {
      it('every invalid key, with the same message: 401', async () => {
        const path = at(endpoint, 'acme');
        const tell = async (key: string | undefined) => {
          const answer = await ask(endpoint, { headers: key === undefined ? {} : { 'X-API-Key': key } });
          expect(answer.headers['www-authenticate']).toBe('ApiKey');
          const secrets = key === undefined ? [] : [key];
          return expectProblem(answer, path, {
            status: 401,
            code: 'unauthenticated',
            detail: keyMessage,
            secrets,
          });
        };
        const withoutKey = await tell(undefined);
        expect(refused.invalid.size).toBe(12);
        if (!some(table).some(([, known]) => known === endpoint)) return;
        for (const key of refused.invalid.values()) expect(await tell(key)).toEqual(withoutKey);
      });

      it('a key in the query instead of the header: 401', async () => {
        const path = at(endpoint, 'acme');
        const answer = await ask(endpoint, { path: `${path}?X-API-Key=${acmeKey}`, headers: {} });
        expectProblem(answer, path, { status: 401, secrets: [acmeKey] });
      });
    });

    it.each(where(({ who }) => who === 'admin'))('%s without the admin key: 401', async (_name, endpoint) => {
      const told = new Set<unknown>();
      for (const headers of notAdmins(acmeKey)) {
        const answer = await ask(endpoint, { headers });
        const refusal = { status: 401, code: 'unauthenticated', secrets: [adminKey, acmeKey] };
        told.add(expectProblem(answer, at(endpoint, 'acme'), refusal).detail);
        expect(answer.headers['www-authenticate']).toBe('ApiKey');
      }
      expect([...told]).toEqual(['The admin key is required in the X-Admin-Key header']);
    });

    it.each(some(where(({ who }) => who !== 'tenant')))(
      '%s by a viewer: 403, but to read',
      async (_name, endpoint) => {
        const headers = { ...json, 'X-Admin-Key': furtherAdmins.viewer };
        const answer = await ask(endpoint, { path: about(endpoint, 'acme'), headers });
        if (endpoint.method === 'GET') expect(answer.status).toBe(endpoint.isOfNothing ? 404 : 200);
        else
          expect(
            expectProblem(answer, at(endpoint, 'acme'), { status: 403, code: 'insufficient_role' }),
          ).toMatchObject({ required_role: 'admin', detail: expect.stringContaining("'victor'") });
      },
    );

    it.each(
      where(({ who, path, tenantQuery }) => who !== 'admin' && (path + tenantQuery).includes('{tenant}')),
    )('%s with the key of another tenant: 403', async (_name, endpoint) => {
      const path = about(endpoint, 'acme');
      const answer = await ask(endpoint, { path, headers: { 'X-API-Key': otherKey } });
      const problem = expectProblem(answer, at(endpoint, 'acme'), {
        status: 403,
        code: 'tenant_mismatch',
        secrets: [otherKey],
      });
      expect(problem.detail).toBe(
        "Forbidden: Cannot access resources for tenant 'acme'. Authenticated as 'other'",
      );
      // The answer does not tell whether the tenant exists, and sending the admin key as well does not help.
      const elsewhere = await ask(endpoint, {
        path: about(endpoint, 'nobody'),
        headers: { 'X-API-Key': otherKey, ...asAdmin },
      });
      expectProblem(elsewhere, at(endpoint, 'nobody'), { status: 403, code: 'tenant_mismatch' });
    });

    it.each(where(({ scope }) => scope !== undefined && scope !== 'any'))(
      '%s with a key without its scope: 403 naming it',
      async (_name, endpoint) => {
        const path = at(endpoint, 'acme');
        const answer = await ask(endpoint, {
          headers: { ...json, 'X-API-Key': refused.without.get(endpoint.scope) ?? '' },
        });
        const problem = expectProblem(answer, path, {
          status: 403,
          code: 'insufficient_scope',
          detail: `'${endpoint.scope}'`,
        });
        expect(problem.required_scope).toBe(endpoint.scope);
      },
    );

    it.each(some(where(({ who }) => who !== 'admin')))(
      '%s with a token that is invalid, or may not do it: 401 or 403',
      async (_name, endpoint) => {
        for (const [token, refusal] of refusedTokens(endpoint)) {
          const answer = await ask(endpoint, { headers: { ...json, Authorization: `Bearer ${token}` } });
          expectProblem(answer, at(endpoint, 'acme'), { ...refusal, secrets: [token] });
        }
      },
    );

    // The audit log and operations outlive tenants.
    it.each(
      some(where(({ who, path }) => who !== 'tenant' && /\{tenant\}(?!\/audit|\/operations)/.test(path))),
    )('%s for a tenant that is not there: 404', async (_name, endpoint) => {
      for (const nobody of ['nobody', '__proto__', 'constructor', 'INFORMATION_SCHEMA']) {
        const path = at(endpoint, nobody);
        const asked = path + endpoint.query.replace('{tenant}', nobody);
        const answer = await ask(endpoint, { path: asked, headers: { ...json, ...asAdmin } });
        expectProblem(answer, path, { status: 404, code: 'tenant_not_found', detail: `'${nobody}'` });
      }
    });

    it.each(some(table))('%s at a similar path: 404', async (_name, endpoint) => {
      for (const path of [`${at(endpoint, 'acme')}/more/of/it`, `/${at(endpoint, 'acme')}`]) {
        expectProblem(await ask(endpoint, { path }), path, { status: 404 });
      }
    });

    it.each(some(table))('%s by another method: 405 with Allow', async (_name, endpoint) => {
      for (const method of ['PUT', 'TRACE']) {
        const path = at(endpoint, 'acme');
        const answer = await ask(endpoint, { method });
        expectProblem(answer, path, { status: 405, code: 'method_not_allowed', detail: method });
        expect(answer.headers.allow).toBe(endpoint.allow);
      }
    });

    describe.each(some(where(({ body }) => body !== undefined)))('%s', (_name, endpoint) => {
      const path = at(endpoint, 'acme');

      it.each(malformedBodies)('a body that is not JSON: %s: 400', async (_what, body) => {
        for (const type of ['application/json', 'Application/JSON; charset=utf-8']) {
          const headers = { ...authorized(endpoint), 'Content-Type': type };
          const answer = await ask(endpoint, { body, headers });
          expectProblem(answer, path, {
            status: 400,
            code: 'invalid_request',
            detail: 'The body is not valid',
          });
        }
      });

      it('JSON that is not an object: 400', async () => {
        for (const body of wrongBodies) {
          expectProblem(await ask(endpoint, { body }), path, { status: 400, code: 'invalid_request' });
        }
      });

      it.each(endpoint.wrongFields ?? [])('%s: 400 naming it', async (_what, change, field) => {
        const answer = await ask(endpoint, { body: JSON.stringify({ ...endpoint.body, ...change }) });
        const problem = expectProblem(answer, path, { status: 400, code: 'invalid_request', detail: field });
        // Details stay readable: what was given is cut short.
        expect(String(problem.detail).length).toBeLessThan(1000);
      });

      it('a body over 1 MB, with or without Content-Length: 413', async () => {
        const large = Buffer.alloc(oneMegabyte + 1, ' ');
        for (const body of [large, Buffer.alloc(5 * oneMegabyte, '[')]) {
          for (const isChunked of [false, true]) {
            const answer = await ask(endpoint, { body, isChunked });
            expectProblem(answer, path, { status: 413, code: 'payload_too_large', detail: '1000000 bytes' });
          }
        }
        const justFits = Buffer.concat([Buffer.alloc(oneMegabyte - 1, ' '), Buffer.from('[')]);
        expectProblem(await ask(endpoint, { body: justFits, isChunked: true }), path, { status: 400 });
      });
    });

    it.each(some(where(({ path }) => path.includes('{tenant}'))))(
      '%s with something that is no tenant id in the path: 400 or 404',
      async (_name, endpoint) => {
        for (const tenant of wrongPathTenants) {
          const path = at(endpoint, tenant);
          for (const headers of [authorized(endpoint), {}]) {
            const answer = await ask(endpoint, { path, headers });
            // Dot segments are not resolved, so another number of segments is another path.
            const isOtherPath = tenant.includes('/');
            expectProblem(answer, path, { status: isOtherPath ? 404 : 400 });
          }
        }
      },
    );

    it('an invalid pipeline path: 400 or 404', async () => {
      for (const [path, status] of wrongPipelinePaths) {
        const answer = await send({ method: 'POST', path, headers: { 'X-API-Key': acmeKey } });
        expectProblem(answer, path, { status });
      }
    });

    it('an invalid run id, or another tenant’s: 400 or 404', async () => {
      for (const [id, status] of [
        ['..', 400],
        ['a%2fb', 400],
        ['%', 400],
        ['x'.repeat(129), 400],
        ["a'%20OR%201=1", 400],
        ['nothing', 404],
      ] as const) {
        const path = `/api/v1/pipelines/runs/${id}`;
        expectProblem(await send({ method: 'GET', path, headers: { 'X-API-Key': acmeKey } }), path, {
          status,
        });
      }
    });

    it('and none of that has changed anything', async () => {
      const [datasets] = await cloud.bigquery.getDatasets();
      expect(datasets.map(({ id }) => id).sort()).toEqual(['acme', 'other', 'tenant_pipelines']);
      expect(
        await query(cloud.bigquery, 'acme', 'SELECT * EXCEPT (created_at, updated_at) FROM tenants'),
      ).toEqual([
        expect.objectContaining({
          is_active: true,
          subscription_tier: 'STARTER',
          max_pipelines_per_month: 500,
          max_concurrent_pipelines: 5,
          pipeline_runs_count: 0,
          active_runs: [],
        }),
      ]);
      expect(await query(cloud.bigquery, 'acme', 'SELECT name FROM api_keys ORDER BY created_at')).toEqual([
        { name: 'onboarding' },
        { name: 'revoked' },
        { name: 'expired' },
        { name: 'not run' },
        { name: 'not read' },
        { name: 'not results' },
        { name: 'not manage' },
      ]);
      expect(await query(cloud.bigquery, 'acme', 'SELECT * FROM pipeline_runs')).toEqual([]);
    });
  });
