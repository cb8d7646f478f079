import { createHash } from 'node:crypto';

/** What a signed URL lets whoever has it do: read one file for some time. */
export interface UrlToSign {
  readonly bucket: string;
  readonly object: string;
  /** The e-mail address of the service account that signs. */
  readonly account: string;
  readonly at: Date;
  readonly seconds: number;
  /** The name under which browsers store the file. */
  readonly fileName?: string | undefined;
}

const host = 'storage.googleapis.com';

/**
 * The text to sign of a V4 signed URL, and the URL once the signature, in hexadecimal digits, is there.
 * https://cloud.google.com/storage/docs/access-control/signed-urls
 * https://cloud.google.com/storage/docs/authentication/canonical-requests
 */
export function urlToSign({ bucket, object, account, at, seconds, fileName }: UrlToSign) {
  const time = at.toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${time.slice(0, 8)}/auto/storage/goog4_request`;
  const parameters: Readonly<Record<string, string>> = {
    'X-Goog-Algorithm': 'GOOG4-RSA-SHA256',
    'X-Goog-Credential': `${account}/${scope}`,
    'X-Goog-Date': time,
    'X-Goog-Expires': String(seconds),
    'X-Goog-SignedHeaders': 'host',
    ...(fileName !== undefined && {
      'response-content-disposition': `attachment; filename="${fileName.replaceAll('"', '')}"`,
    }),
  };
  const query = Object.entries(parameters)
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const path = `/${bucket}/${object.split('/').map(encoded).join('/')}`;
  const request = ['GET', path, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
  const digest = createHash('sha256').update(request).digest('hex');
  return {
    text: ['GOOG4-RSA-SHA256', time, scope, digest].join('\n'),
    urlWith: (signature: string) => `https://${host}${path}?${query}&X-Goog-Signature=${signature}`,
  };
}

/** As RFC 3986 has it: all but letters, digits and -._~ */
const encoded = (text: string): string =>
  encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
