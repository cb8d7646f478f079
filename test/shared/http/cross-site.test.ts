import { type AdminAuthentication, requireAdmin } from '../../../shared/http/authorize';
import { hashApiKey } from '../../../shared/tenants/rules/api-key';

const deps: AdminAuthentication = {
  adminRule: {
    kind: 'named',
    keys: [{ name: 'alice', role: 'admin', hash: hashApiKey('key of alice') }],
    people: { people: [], idTokenAudiences: [], iapAudiences: [] },
  },
  verifyPerson: async ({ jwt }) =>
    jwt === 'proof.of.pat' ? { name: 'pat@example.com', role: 'admin' } : undefined,
};

/** Who is let in to a call without a body, or why nobody is. */
const adminOf = (method: 'GET' | 'POST', headers: Readonly<Record<string, string>>) =>
  requireAdmin(deps, {
    operation: 'activateTenant',
    method,
    path: '/',
    params: {},
    query: new URLSearchParams(),
    header: (name) => ({ Host: 'operators.example.com', ...headers })[name],
    address: '127.0.0.1',
    recognise: () => undefined,
    json: () => Promise.resolve(undefined),
  }).then(
    ({ name }) => name,
    ({ code }: { readonly code: string }) => code,
  );

const byProxy = { 'X-Goog-IAP-JWT-Assertion': 'proof.of.pat' };
const otherSite = { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://evil.example.net' };

describe('A page of another site', () => {
  it.each<[from: string, headers: Readonly<Record<string, string>>, expected: string]>([
    ['another site', otherSite, 'cross_site_request'],
    ['another host of the site', { 'Sec-Fetch-Site': 'same-site' }, 'cross_site_request'],
    [
      'the host without TLS',
      { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://operators.example.com' },
      'cross_site_request',
    ],
    ['an older browser, for another site', { Origin: 'https://evil.example.net' }, 'cross_site_request'],
    ['an older browser, for a frame without an origin', { Origin: 'null' }, 'cross_site_request'],
    ['nobody says where', {}, 'cross_site_request'],
    ['a page of the host', { 'Sec-Fetch-Site': 'same-origin' }, 'pat@example.com'],
    ['the user alone', { 'Sec-Fetch-Site': 'none' }, 'pat@example.com'],
    ['an older browser, for the host', { Origin: 'https://operators.example.com' }, 'pat@example.com'],
  ])('changes nothing through Identity-Aware Proxy; from %s', async (_from, headers, expected) => {
    expect(await adminOf('POST', { ...byProxy, ...headers })).toBe(expected);
    expect(await adminOf('GET', { ...byProxy, ...headers })).toBe('pat@example.com');
  });

  it('is no matter of keys and ID tokens, which no browser sends by itself', async () => {
    expect(await adminOf('POST', { ...otherSite, 'X-Admin-Key': 'key of alice' })).toBe('alice');
    expect(await adminOf('POST', { ...byProxy, ...otherSite, 'X-Admin-Key': 'key of alice' })).toBe('alice');
    expect(await adminOf('POST', { ...otherSite, Authorization: 'Bearer proof.of.pat' })).toBe(
      'pat@example.com',
    );
    // Who is nobody learns nothing else.
    expect(await adminOf('POST', { ...otherSite, 'X-Goog-IAP-JWT-Assertion': 'proof.of.eve' })).toBe(
      'unauthenticated',
    );
  });
});
