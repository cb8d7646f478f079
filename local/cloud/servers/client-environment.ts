import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { admitLocalCallers } from '../gateway/local-callers';
import type { ServerAddresses } from './servers';

export interface ClientEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
}

/**
 * The environment variables with which Google's clients find servers on this machine, and credentials that
 * lead nowhere but here: a workload identity file in `directory` whose token endpoint is this process.
 * Without credentials the clients would search for some at every request, which costs more CPU than the
 * request, and real ones that the machine may have must never be sent to a local server.
 * https://google.aip.dev/auth/4117
 */
export async function createClientEnvironment(
  { bigqueryUrl, pubsubHost }: ServerAddresses,
  directory: string,
  projectId = 'local',
): Promise<ClientEnvironment> {
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
  admitLocalCallers(tokens, [], () => undefined);
  await new Promise<void>((resolve, reject) => {
    tokens.once('error', reject);
    tokens.listen(0, '127.0.0.1', resolve);
  });
  const address = tokens.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    variables: {
      GOOGLE_CLOUD_PROJECT: projectId,
      BIGQUERY_EMULATOR_HOST: bigqueryUrl,
      PUBSUB_EMULATOR_HOST: pubsubHost,
      GOOGLE_APPLICATION_CREDENTIALS: writeCredentials(directory, `http://127.0.0.1:${port}/`),
      METADATA_SERVER_DETECTION: 'none',
    },
    close: () =>
      new Promise((resolve) => {
        tokens.close(() => resolve());
        tokens.closeAllConnections();
      }),
  };
}

/** Returns the file's path. */
function writeCredentials(directory: string, token_url: string): string {
  mkdirSync(directory, { recursive: true });
  const file = join(directory, 'credentials.json');
  const subjectToken = join(directory, 'subject-token');
  writeFileSync(subjectToken, 'local');
  writeFileSync(
    file,
    JSON.stringify({
      type: 'external_account',
      audience:
        '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/local/providers/local',
      subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
      token_url,
      credential_source: { file: subjectToken },
    }),
  );
  return file;
}
