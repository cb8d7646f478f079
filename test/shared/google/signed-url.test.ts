import { createSign, createVerify, generateKeyPairSync } from 'node:crypto';
import { urlToSign } from '../../../shared/google/storage/signed-url';

const account = 'test-iam-credentials@dummy-project-id.iam.gserviceaccount.com';
const simple = { bucket: 'test-bucket', object: 'test-object', account };

describe('A signed URL', () => {
  // Google's own cases: https://github.com/googleapis/conformance-tests storage/v1/v4_signatures.json
  it.each([
    [
      'Simple GET',
      'test-object',
      '2019-02-01T09:00:00Z',
      10,
      '00e2fb794ea93d7adb703edaebdd509821fcc7d4f1a79ac5c8d2b394df109320',
    ],
    [
      'Vary expiration and timestamp',
      'test-object',
      '2019-03-01T09:00:00Z',
      20,
      '779f19fdb6fd381390e2d5af04947cf21750277ee3c20e0c97b7e46a1dff8907',
    ],
  ])('is what Google expects: %s', (_what, object, time, seconds, digest) => {
    const at = new Date(time);
    const { text } = urlToSign({ ...simple, object, at, seconds });
    const stamp = time.replace(/[-:]/g, '');
    const scope = `${stamp.slice(0, 8)}/auto/storage/goog4_request`;
    expect(text).toBe(`GOOG4-RSA-SHA256\n${stamp}\n${scope}\n${digest}`);
  });

  it('names its file, time and signer, and holds slashes as they are', () => {
    const { text, urlWith } = urlToSign({
      ...simple,
      object: 'acme/amper&sand/costs (1).csv',
      at: new Date('2026-11-30T12:00:00.999Z'),
      seconds: 900,
      fileName: 'costs "1".csv',
    });
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const url = new URL(urlWith(createSign('sha256').update(text).sign(privateKey, 'hex')));
    expect(url.pathname).toBe('/test-bucket/acme/amper%26sand/costs%20%281%29.csv');
    expect(Object.fromEntries(url.searchParams)).toMatchObject({
      'X-Goog-Credential': `${account}/20261130/auto/storage/goog4_request`,
      'X-Goog-Date': '20261130T120000Z',
      'X-Goog-Expires': '900',
      'response-content-disposition': 'attachment; filename="costs 1.csv"',
    });
    const signature = url.searchParams.get('X-Goog-Signature') ?? '';
    expect(createVerify('sha256').update(text).verify(publicKey, signature, 'hex')).toBe(true);
  });
});
