import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { composeTenants } from '../../../../functions/tenants/compose-tenants';
import { systemClock } from '../../../../shared/support/clock';
import { collectingLog, portOf, serve } from '../../../functions/support/serve';
import { call } from '../../../support/local-cloud';

const audience = '/projects/1/global/backendServices/1';
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * What a page of another site is told that would change something with the cookie of Identity-Aware Proxy, by an
 * instance of `tenants` that is asked as behind that proxy. It asks nothing of BigQuery.
 */
export async function crossSiteProblem(path: string): Promise<Record<string, unknown>> {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const proxyKeys = createServer((_, response) =>
    response.end(JSON.stringify({ proxy: publicKey.export({ type: 'spki', format: 'pem' }) })),
  );
  await new Promise<void>((resolve) => proxyKeys.listen(0, '127.0.0.1', resolve));
  const seconds = Math.floor(Date.now() / 1000);
  const claims = {
    iat: seconds - 10,
    exp: seconds + 300,
    iss: 'https://cloud.google.com/iap',
    aud: audience,
    sub: '1',
    email: 'pat@example.com',
  };
  const text = `${encoded({ alg: 'ES256', kid: 'proxy' })}.${encoded(claims)}`;
  const key = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const;
  const assertion = `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  const { log } = collectingLog();
  const people = [{ name: 'pat@example.com', role: 'admin' }] as const;
  const routes = composeTenants({
    adminRule: {
      kind: 'named',
      keys: [],
      people: { people, idTokenAudiences: [], iapAudiences: [audience] },
    },
    keyAddresses: { iapKeys: `http://127.0.0.1:${portOf(proxyKeys)}/` },
    tiers: {},
    pricePerTib: 6.25,
    currency: 'USD',
    newId: randomUUID,
    clock: systemClock,
    log,
  });
  const tenants = await serve(routes, log);
  const headers = { 'X-Goog-IAP-JWT-Assertion': assertion, 'Sec-Fetch-Site': 'cross-site' };
  const { body } = await call(tenants.url, 'POST', path, { headers });
  await tenants.close();
  proxyKeys.close();
  return body;
}
