import { join } from 'node:path';
import { operationsOf } from '../../../local/tools/openapi/document';
import { tenantOfAdmins } from '../../../local/tools/openapi/operations/parameters';
import { loadTiers } from '../../../shared/definitions/tiers';
import type { KeyScope } from '../../../shared/tenants/rules/scopes';
import { type EndpointBody, endpointBodies } from './endpoint-bodies';

/** Every endpoint behind the gateway, with a request of tenant `acme` that it accepts. */
export interface Endpoint extends EndpointBody {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With `{tenant}` where the tenant's id goes. */
  readonly path: string;
  readonly who: 'admin' | 'tenant' | 'either';
  /** Which one a tenant's key needs; undefined where no tenant may call, or no token will do. */
  readonly scope: KeyScope | 'any' | undefined;
  readonly allow: string;
  /** Whether something that it names is not there, though the tenant is. */
  readonly isOfNothing: boolean;
  /** What it cannot be called without, with `{tenant}` as in the path; empty if nothing. */
  readonly query: string;
  /** How it names the tenant that it is about where its path does not, with `{tenant}` as there; empty if it does not. */
  readonly tenantQuery: string;
  /** Whether an admin has to name a tenant so. */
  readonly needsTenantQuery: boolean;
}

/** Of calls that cannot be made without one. */
const queries: Readonly<Record<string, string>> = { offboardTenant: '?confirm={tenant}' };

const places: Readonly<Record<string, string>> = {
  '{provider}/{domain}/{pipeline}': 'gcp/billing/daily_costs',
  '{run_id}': 'run-1',
  '{n}': '1',
  '{key_id}': 'key-1',
  '{webhook_id}': 'webhook-1',
  '{schedule_id}': 'sch_1',
  '{delivery_id}': 'msg_1',
  '{operation_id}': 'op_1',
};
const operations = operationsOf(loadTiers(join(__dirname, '../../../schemas')));
const whoOf = { admin: 'admin', tenant: 'tenant', 'admin or tenant': 'either' } as const;

/** Of openapi.json, so that a new call is among them by itself. */
export const endpoints: readonly Endpoint[] = operations.flatMap(
  ({ id, method, path, access, body, query }) => {
    if (access.who === 'everybody') return [];
    const methods = operations.filter((other) => other.path === path).map((other) => other.method);
    const allow = [...methods.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])), 'OPTIONS'].join(
      ', ',
    );
    const given = endpointBodies[id];
    if ((body === undefined) !== (given === undefined))
      throw new Error(`${id}: which bodies are right or wrong?`);
    const filled = Object.entries(places).reduce((text, [place, value]) => text.replace(place, value), path);
    return [
      {
        method,
        path: filled,
        who: whoOf[access.who],
        scope: 'scope' in access ? access.scope : undefined,
        allow,
        query: queries[id] ?? '',
        tenantQuery:
          access.who === 'admin or tenant' && query?.tenant !== undefined ? '?tenant={tenant}' : '',
        needsTenantQuery: query?.tenant === tenantOfAdmins,
        isOfNothing: /\{(run|webhook|schedule|operation)_id\}/.test(path),
        ...given,
      },
    ];
  },
);

export const at = ({ path }: Endpoint, tenantId: string): string => path.replace('{tenant}', tenantId);

/** The same, naming the tenant in the query where the path does not. */
export const about = (endpoint: Endpoint, tenantId: string): string =>
  at(endpoint, tenantId) + endpoint.tenantQuery.replace('{tenant}', tenantId);

/** Bodies that are not JSON. */
export const malformedBodies: readonly (readonly [what: string, body: string | Buffer])[] = [
  ['half an object', '{"tenant_id":'],
  ['text', 'tenant_id=acme'],
  ['something after the object', '{} {}'],
  ['a control character', '{"reason":"\u0000"}'],
  ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d])],
  ['very deep nesting, unclosed', '['.repeat(100_000)],
];

/** JSON that is not an object. */
export const wrongBodies: readonly string[] = ['null', '[]', '[{}]', '"text"', '7', 'true', '[[[]]]'];

/** What is no tenant id, though it stands in its place in a path. Sent as it is. */
export const wrongPathTenants: readonly string[] = [
  '..',
  '../acme',
  '%2e%2e',
  '%2e%2e%2facme',
  '..%2facme',
  'acme%2f..%2fother',
  'acme/../other',
  'acme%5c..',
  'acme%00',
  'acme%0a',
  '%',
  '%zz',
  '%E0%A4',
  'acme%27%20OR%20%271%27%3D%271',
  'acme%3B%20DROP%20TABLE%20tenants',
  'ac',
  'a'.repeat(51),
  'a'.repeat(9_000),
  '',
];

const runs = '/api/v1/pipelines/run/acme';
/** What names no pipeline in the path of a start, and the status that tells it. */
export const wrongPipelinePaths: readonly (readonly [path: string, status: number])[] = [
  [`${runs}/gcp/example/../../../../schemas`, 404],
  [`${runs}/../example/dryrun`, 400],
  [`${runs}/%2e%2e/example/dryrun`, 400],
  [`${runs}/gcp/example/..%2fdryrun`, 400],
  [`${runs}/gcp/example/dryrun.yaml`, 400],
  [`${runs}/gcp/example/dryrun%00`, 400],
  [`${runs}/GCP/example/dryrun`, 400],
  [`${runs}/gcp/example/${'x'.repeat(65)}`, 400],
  [`${runs}/gcp/example/__proto__`, 404],
  [`${runs}/gcp/example/nothing`, 404],
];
