import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RestRoute } from './router';

/** Asked with a form, not with JSON. */
export const tokenPath = '/local/token';

/** Gives whoever asks a token that is worth nothing. */
export const tokenRoutes = (): RestRoute[] => [
  {
    method: 'POST',
    path: tokenPath,
    handle: () => ({
      access_token: 'local',
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      expires_in: 3600,
    }),
  },
];

/**
 * Writes credentials that lead nowhere but to this server, for GOOGLE_APPLICATION_CREDENTIALS. Clients that find
 * none look for some at each request, and Google's Node client cannot upload files without any.
 * https://google.aip.dev/auth/4117
 * @param url the server's
 * @returns the file's path
 */
export function writeLocalCredentials(directory: string, url: string): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'credentials.json');
  const subjectToken = join(directory, 'subject-token');
  writeFileSync(subjectToken, 'local');
  const credentials = {
    type: 'external_account',
    audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/local/providers/local',
    subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
    token_url: `${url}${tokenPath}`,
    credential_source: { file: subjectToken },
  };
  writeFileSync(file, JSON.stringify(credentials));
  return file;
}
