import type { BigQuery } from '@google-cloud/bigquery';
import { within } from '../../support/time-limits';
import { urlToSign } from './signed-url';
import { isGoogles } from './storage-requests';

/** A URL that whoever has it can read a file by. */
export interface FileUrl {
  readonly url: string;
  /** Undefined: it is not signed, and does not expire. */
  readonly expiresAt: Date | undefined;
}

/** Makes a URL for a file of Cloud Storage. Throws where this process has no account that may sign. */
export type SignUrl = (uri: string, at: Date) => Promise<FileUrl>;

/** Long enough to begin a download, in seconds. */
export const urlSeconds = 900;
const longestSignMs = 10_000;

/**
 * Has URLs signed by IAM with the key of this process's service account, which nobody ever sees; the account needs
 * `roles/iam.serviceAccountTokenCreator` on itself, and must be let read the files.
 * https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob
 *
 * Where BigQuery is not Google's, its server answers for files, too: the URL is that server's, and not signed.
 * Google's library is loaded with the first URL.
 */
export function createSignUrl(bigquery: BigQuery): SignUrl {
  if (!isGoogles(bigquery)) {
    return async (uri) => {
      const { bucket, object } = partsOf(uri);
      const path = `${encodeURIComponent(bucket)}/o/${encodeURIComponent(object)}?alt=media`;
      return { url: `${bigquery.apiEndpoint}/storage/v1/b/${path}`, expiresAt: undefined };
    };
  }
  let loaded: ReturnType<typeof loadSigner> | undefined;
  return async (uri, at) => {
    loaded ??= loadSigner();
    const { account, sign } = await loaded.catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    const { bucket, object } = partsOf(uri);
    const fileName = object.split('/').at(-1);
    const { text, urlWith } = urlToSign({ bucket, object, account, at, seconds: urlSeconds, fileName });
    const signature = await within(longestSignMs, 'Google', sign(text));
    return {
      url: urlWith(Buffer.from(signature, 'base64').toString('hex')),
      expiresAt: new Date(at.getTime() + urlSeconds * 1000),
    };
  };
}

async function loadSigner() {
  const { GoogleAuth } = await import('google-auth-library');
  const auth = new GoogleAuth({ scopes: 'https://www.googleapis.com/auth/cloud-platform' });
  const { client_email: account } = await within(longestSignMs, 'Google', auth.getCredentials());
  if (account === undefined) throw new Error('The credentials of this process are no service account’s');
  return { account, sign: (text: string) => auth.sign(text) };
}

function partsOf(uri: string): { readonly bucket: string; readonly object: string } {
  const [, bucket = '', object = ''] = /^gs:\/\/([^/]+)\/(.+)$/.exec(uri) ?? [];
  return { bucket, object };
}
