import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type VerifyPerson, verifyPersonOf } from '../../../shared/google/verify-person';
import type { AdminRule } from '../../../shared/tenants/rules/admin-rule';

const rule: AdminRule = {
  kind: 'named',
  keys: [],
  people: {
    people: [
      { name: 'alice@example.com', role: 'admin' },
      { name: '@example.com', role: 'viewer' },
    ],
    idTokenAudiences: ['our-audience', 'our-other-audience'],
    iapAudiences: ['/projects/1/global/backendServices/1', '/projects/1/global/backendServices/2'],
  },
};
const seconds = Math.floor(Date.now() / 1000);
const times = { iat: seconds - 10, exp: seconds + 3_000 };
const idClaims = {
  ...times,
  iss: 'https://accounts.google.com',
  aud: 'our-audience',
  sub: '1',
  email: 'alice@example.com',
  email_verified: true,
};
const iapClaims = {
  ...times,
  iss: 'https://cloud.google.com/iap',
  aud: '/projects/1/global/backendServices/2',
  sub: '1',
  email: 'bob@example.com',
  hd: 'example.com',
};
const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const alice = { name: 'alice@example.com', role: 'admin' };
const bob = { name: 'bob@example.com', role: 'viewer' };

describe('A person who makes an admin call', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const otherRsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  let server: Server;
  let verify: VerifyPerson;
  const asked: string[] = [];
  let isAway = false;
  beforeAll(async () => {
    const pem = (key: KeyObject) => key.export({ type: 'spki', format: 'pem' });
    const answers = new Map([
      ['/certs', { google: pem(rsa.publicKey) }],
      ['/iap', { proxy: pem(elliptic.publicKey) }],
    ]);
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'public, max-age=3600' };
      response.writeHead(isAway ? 404 : 200, headers).end(JSON.stringify(answers.get(request.url ?? '')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server?.close());
  beforeEach(() => {
    isAway = false;
    asked.length = 0;
    verify = verifier(rule);
  });

  function verifier(given: AdminRule): VerifyPerson {
    const address = server.address();
    const base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    const addresses = { idTokenKeys: `${base}/certs`, iapKeys: `${base}/iap` };
    const made = verifyPersonOf(given, () => 0, addresses);
    if (made === undefined) throw new Error('The rule names nobody');
    return made;
  }
  const idToken = (change: object = {}, key = rsa.privateKey, kid = 'google') => {
    const text = `${encoded({ alg: 'RS256', kid })}.${encoded({ ...idClaims, ...change })}`;
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  };
  const assertion = (change: object = {}) => {
    const text = `${encoded({ alg: 'ES256', kid: 'proxy' })}.${encoded({ ...iapClaims, ...change })}`;
    const key = { key: elliptic.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
  };

  it('is known by an ID token, for any of the audiences; the keys are read once', async () => {
    expect(await verify({ kind: 'id_token', jwt: idToken() })).toEqual(alice);
    const other = { aud: 'our-other-audience', email: 'bob@example.com', hd: 'example.com' };
    expect(await verify({ kind: 'id_token', jwt: idToken(other) })).toEqual(bob);
    expect(asked).toEqual(['/certs']);
  });

  it('is known by what Identity-Aware Proxy adds; the keys are read once', async () => {
    for (let time = 0; time < 2; time++) expect(await verify({ kind: 'iap', jwt: assertion() })).toEqual(bob);
    expect(asked).toEqual(['/iap']);
  });

  it.each([
    ['id_token', () => idToken(), alice, '/certs'],
    ['iap', () => assertion(), bob, '/iap'],
  ] as const)('reads the keys once for proofs that come together: %s', async (kind, jwt, who, path) => {
    const known = await Promise.all([1, 2, 3].map(() => verify({ kind, jwt: jwt() })));
    expect(known).toEqual([who, who, who]);
    expect(asked).toEqual([path]);
  });

  it.each<[what: string, change: object]>([
    ['that has expired', { iat: seconds - 8_000, exp: seconds - 4_000 }],
    ['of another audience', { aud: 'another-audience' }],
    ['of another issuer', { iss: 'https://accounts.example.com' }],
    ['of the proxy', { iss: 'https://cloud.google.com/iap' }],
    ['with an address that is not verified', { email_verified: false }],
    ['that says nothing of whether its address is verified', { email_verified: undefined }],
    ['of a foreign domain', { email: 'mallory@elsewhere.org', hd: 'elsewhere.org' }],
    ['of a foreign account with an address of the domain', { email: 'bob@example.com' }],
    ['without an address', { email: undefined }],
  ])('is not known by an ID token %s', async (_what, change) => {
    expect(await verify({ kind: 'id_token', jwt: idToken(change) })).toBeUndefined();
  });

  it('is not known by a token that Google has not signed', async () => {
    const [header, , signature] = idToken().split('.');
    for (const jwt of [
      idToken({}, otherRsa.privateKey),
      idToken({}, rsa.privateKey, 'another'),
      `${header}.${encoded({ ...idClaims, email: 'bob@example.com', hd: 'example.com' })}.${signature}`,
      `${encoded({ alg: 'none' })}.${encoded(idClaims)}.`,
      'a.b.c',
      'text',
      '',
    ])
      expect(await verify({ kind: 'id_token', jwt })).toBeUndefined();
  });

  it.each<[what: string, change: object]>([
    ['that has expired', { iat: seconds - 8_000, exp: seconds - 4_000 }],
    ['of another service', { aud: '/projects/1/global/backendServices/3' }],
    ['of another issuer', { iss: 'https://accounts.google.com' }],
    ['of a foreign domain', { email: 'mallory@elsewhere.org', hd: 'elsewhere.org' }],
  ])('is not known by an assertion %s', async (_what, change) => {
    expect(await verify({ kind: 'iap', jwt: assertion(change) })).toBeUndefined();
  });

  it('is not known by one kind of proof in the place of the other, nor where it is for nobody', async () => {
    expect(await verify({ kind: 'iap', jwt: idToken() })).toBeUndefined();
    expect(await verify({ kind: 'id_token', jwt: assertion() })).toBeUndefined();
    if (rule.people === undefined) throw new Error('The rule names nobody');
    const none = verifier({
      ...rule,
      people: { ...rule.people, idTokenAudiences: [], iapAudiences: [] },
    });
    expect(await none({ kind: 'id_token', jwt: idToken() })).toBeUndefined();
    expect(await none({ kind: 'iap', jwt: assertion() })).toBeUndefined();
  });

  it('is asked to come again while the keys cannot be read', async () => {
    isAway = true;
    const unavailable = { code: 'unavailable', retryAfterSeconds: 1 };
    await expect(verify({ kind: 'id_token', jwt: idToken() })).rejects.toMatchObject(unavailable);
    await expect(verify({ kind: 'iap', jwt: assertion() })).rejects.toMatchObject(unavailable);
    isAway = false;
    expect(await verify({ kind: 'id_token', jwt: idToken() })).toEqual(alice);
  });
});
