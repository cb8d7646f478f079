import { createHash, randomBytes as cryptoRandomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { ServiceError } from '../../errors';
import { isTenantId } from './tenant-id';

/**
 * API keys: `<tenant_id>_api_<secret><checksum>`. The secret has 24 base62 characters (142 bits); the
 * checksum is the CRC32 of all before it in 6 base62 characters, as in GitHub's tokens, so that a typo is
 * refused without a look-up and a scanner can tell a key from noise. Only the SHA-256 of a key is ever
 * stored: right for keys of this entropy.
 */
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 24;
const checksumLength = 6;
const separator = '_api_';

export type RandomBytes = (size: number) => Uint8Array;

/** A new key for the tenant. */
export function createApiKey(tenantId: string, randomBytes: RandomBytes = cryptoRandomBytes): string {
  const unchecked = `${tenantId}${separator}${randomBase62(secretLength, randomBytes)}`;
  return unchecked + checksumOf(unchecked);
}

/**
 * The tenant a well-formed key names, or undefined for anything else. Says nothing about whether the key is
 * valid.
 */
export function tenantOfApiKey(key: string): string | undefined {
  const end = key.length - secretLength - checksumLength;
  const tenantId = key.slice(0, Math.max(0, end - separator.length));
  if (!isTenantId(tenantId) || key.slice(tenantId.length, end) !== separator) return undefined;
  if (![...key.slice(end)].every((character) => alphabet.includes(character))) return undefined;
  const unchecked = key.slice(0, -checksumLength);
  return checksumOf(unchecked) === key.slice(-checksumLength) ? tenantId : undefined;
}

/** SHA-256 in lower-case hex: what is stored and looked up. */
export const hashApiKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** By these people tell keys apart. They are of the checksum, and say nothing of the secret that helps to guess it. */
export const lastFourOf = (key: string): string => key.slice(-4);

/** Bytes past the largest multiple of 62 are thrown away, so that every character is equally likely. */
function randomBase62(length: number, randomBytes: RandomBytes): string {
  let text = '';
  while (text.length < length) {
    for (const byte of randomBytes(length)) {
      if (byte < 248 && text.length < length) text += alphabet.charAt(byte % 62);
    }
  }
  return text;
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let encoded = '';
  for (let place = 0; place < checksumLength; place++) {
    encoded = alphabet.charAt(rest % 62) + encoded;
    rest = Math.floor(rest / 62);
  }
  return encoded;
}

/** One message for all reasons: missing, malformed, unknown, revoked or expired. */
export const unauthenticated = () =>
  new ServiceError('unauthenticated', 'A valid API key is required in the X-API-Key header');
