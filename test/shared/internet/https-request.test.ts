import { text } from 'node:stream/consumers';
import { KnownFailure } from '../../../shared/google/bigquery/failures';
import { createHttpsRequest, type HttpsOptions } from '../../../shared/internet/https-request';
import { isPublicAddress } from '../../../shared/internet/public-address';
import { createHttpsGet } from '../../../shared/pipelines/steps/http/https-get';
import { type HttpsApi, startHttpsApi } from '../../support/https-api';

const getWith = (options: HttpsOptions) => createHttpsGet(createHttpsRequest(options));

const ours =
  '8.8.8.8 172.15.255.255 172.32.0.1 193.0.0.1 192.175.47.1 2606:4700:4700::1111 2a00:1450::1 2620:4f:7fff::1 2a00:1450::1%eth0.1';
const set4 =
  '0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.255.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255 192.0.0.1 192.0.2.1 192.88.99.1 198.51.100.1 203.0.113.1 240.0.0.1 192.31.196.1 192.52.193.1 192.175.48.1';
const set6 =
  ':: ::1 fe80::1 fe80::1%eth0 fe80::1%eth0.1 fe80::1%br-0 fec0::1 fc00::1 fd00::1 ff02::1 2001:db8::1 3fff::1 2001::1 2001:2::1 2001:10::1 2001:20::1 2001:4:112::1 2620:4f:8000::1 100::1 5f00::1 4000::1';
const ipv4InIPv6 =
  '::8.8.8.8 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::ffff:0:8.8.8.8 64:ff9b::8.8.8.8 64:ff9b:1::8.8.8.8 2002:a00:1:: 2002:808:808:: 2001:0:808:808::1';
const noAddresses = [
  'localhost',
  '',
  '127.1',
  '0x7f.1',
  '010.1.1.1',
  '2130706433',
  '8.8.8.8/32',
  '[2a00:1450::1]',
];

describe('an address of the public internet', () => {
  it.each(ours.split(' '))('is %s', (address) => expect(isPublicAddress(address)).toBe(true));

  it.each([...[set4, set6, ipv4InIPv6].flatMap((list) => list.split(' ')), ...noAddresses])(
    'is not %j',
    (address) => expect(isPublicAddress(address)).toBe(false),
  );
});

describe('a request', () => {
  let api: HttpsApi;
  beforeAll(async () => {
    api = await startHttpsApi();
  });
  afterAll(() => api?.close());
  beforeEach(() => api.answerBy(() => ({ body: 'hello' })));

  const signal = () => new AbortController().signal;
  const urlOf = (host: string) => new URL(`https://${host}/x`);

  it('reaches an address that is allowed', async () => {
    const answer = await api.get(urlOf(api.host), { 'X-Test': '1' }, signal());
    expect([answer.status, await text(answer.body)]).toEqual([200, 'hello']);
    expect(api.asked[0]?.headers['x-test']).toBe('1');
  });

  it.each([
    ['a name that leads to this machine', (host: string) => host],
    ['its IPv4 address', (host: string) => host.replace('localhost', '127.0.0.1')],
    ['another spelling of it', (host: string) => host.replace('localhost', '0x7f.1')],
    ['its IPv6 address', (host: string) => host.replace('localhost', '[::1]')],
    ['IPv4 in IPv6', (host: string) => host.replace('localhost', '[::ffff:127.0.0.1]')],
    ['a metadata server', () => '169.254.169.254'],
  ])('sends nothing to %s, unless that is allowed', async (_, hostOf) => {
    const get = getWith({ ca: api.ca });
    const answer = get(urlOf(hostOf(api.host)), {}, signal());
    await expect(answer).rejects.toThrow(KnownFailure);
    await expect(answer).rejects.toMatchObject({
      failure: { kind: 'permanent', code: 'access_denied' },
      message: expect.stringMatching(/leads to an address that is not of the public internet/),
    });
    expect([api.asked, api.connections()]).toEqual([[], 0]);
  });

  it('checks the address of the connection, whatever was allowed before', async () => {
    const seen: string[] = [];
    const isAllowedAddress = (address: string) => seen.push(address) === 1;
    const get = getWith({ ca: api.ca, isAllowedAddress });
    const host = api.host.replace('localhost', '127.0.0.1');
    await expect(get(urlOf(host), {}, signal())).rejects.toThrow('leads to an address');
    expect(seen).toEqual(['127.0.0.1', '127.0.0.1']);
    expect(api.asked).toEqual([]);
  });

  it('trusts only the certificates that it is given, and only for their names', async () => {
    const isAllowedAddress = () => true;
    await expect(getWith({ isAllowedAddress })(urlOf(api.host), {}, signal())).rejects.toMatchObject({
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    const host = api.host.replace('localhost', '127.0.0.1');
    await expect(getWith({ ca: api.ca, isAllowedAddress })(urlOf(host), {}, signal())).rejects.toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    });
    expect(api.asked).toEqual([]);
  });

  it('posts a body', async () => {
    const message = { method: 'POST', headers: { 'X-Test': '1' }, body: 'ähm' } as const;
    expect((await api.request(urlOf(api.host), message, signal())).status).toBe(200);
    expect(api.asked).toMatchObject([{ method: 'POST', body: 'ähm', headers: { 'x-test': '1' } }]);
  });

  it('follows no redirect, and ends with its signal', async () => {
    api.answerBy(() => ({ status: 302, headers: { Location: 'https://localhost/' } }));
    expect((await api.get(urlOf(api.host), {}, signal())).status).toBe(302);
    const stop = new AbortController();
    api.answerBy(() => {
      stop.abort();
      return 'hang';
    });
    await expect(api.get(urlOf(api.host), {}, stop.signal)).rejects.toMatchObject({ name: 'AbortError' });
  });
});
