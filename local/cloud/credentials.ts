import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';

export interface LocalCredentials {
  /** To be set as GOOGLE_APPLICATION_CREDENTIALS. */
  readonly file: string;
  readonly close: () => Promise<void>;
}

/**
 * Credentials for Google's clients that lead nowhere but here: a workload identity file whose token endpoint is on this
 * machine. Without any, the clients search for credentials anew at every request, which costs more CPU than the request;
 * and whatever real ones the machine has, they are never sent to the local servers.
 * https://google.aip.dev/auth/4117
 */
export async function startCredentials(directory: string): Promise<LocalCredentials> {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'credentials.json');
  const subjectToken = join(directory, 'subject-token');
  const tokens = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'Content-Type': 'application/json' }).end(
      JSON.stringify({
        access_token: 'local',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 3600,
      }),
    );
  });
  await new Promise<void>((resolve, reject) => {
    tokens.once('error', reject);
    tokens.listen(0, '127.0.0.1', resolve);
  });
  const address = tokens.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  writeFileSync(subjectToken, 'local');
  writeFileSync(
    file,
    JSON.stringify({
      type: 'external_account',
      audience:
        '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/local/providers/local',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url: `http://127.0.0.1:${port}/`,
      credential_source: { file: subjectToken },
    }),
  );
  return {
    file,
    close: () =>
      new Promise((resolve) => {
        tokens.close(() => resolve());
        tokens.closeAllConnections();
      }),
  };
}
