import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BigQuery } from '@google-cloud/bigquery';
import { withSteadyTokens } from '../../../../shared/google/bigquery/steady-tokens';
import { systemClock } from '../../../../shared/support/clock';
import { createJumpingClock } from '../../../support/jumping-clock';

/** A server for tokens that last an hour, and for whatever is asked with them. */
describe('An access token', () => {
  let server: Server;
  let url: string;
  let directory: string;
  let issued = 0;
  const sent: (string | undefined)[] = [];
  beforeAll(async () => {
    server = createServer((request, response) => {
      request.resume();
      const isForToken = request.url === '/token';
      if (isForToken) issued++;
      else sent.push(request.headers.authorization);
      const token = {
        access_token: `token-${issued}`,
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        token_type: 'Bearer',
        expires_in: 3600,
      };
      response.writeHead(200, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(isForToken ? token : {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
    directory = mkdtempSync(join(tmpdir(), 'tokens-'));
    writeFileSync(join(directory, 'subject'), 'subject');
    writeFileSync(
      join(directory, 'credentials.json'),
      JSON.stringify({
        type: 'external_account',
        audience: '//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/a/providers/b',
        subject_token_type: 'urn:ietf:params:oauth:token-type:jwt',
        token_url: `${url}/token`,
        credential_source: { file: join(directory, 'subject') },
      }),
    );
  });
  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(directory, { recursive: true });
  });

  it('is replaced when it has lasted its time, though by the time of day it has an hour left', async () => {
    // Its time of day is the library's, and stays where it is: as if it were set back by what passes.
    const clock = createJumpingClock();
    const bigquery = withSteadyTokens(
      new BigQuery({
        projectId: 'local',
        apiEndpoint: url,
        keyFilename: join(directory, 'credentials.json'),
      }),
      { now: systemClock.now, monotonicMs: clock.monotonicMs },
    );
    const ask = () => bigquery.dataset('acme').getMetadata();
    await ask();
    clock.pass(3_000_000);
    await ask();
    expect(sent).toEqual(['Bearer token-1', 'Bearer token-1']);
    clock.pass(600_000);
    await Promise.all([ask(), ask()]);
    await ask();
    expect(sent.slice(2)).toEqual(['Bearer token-2', 'Bearer token-2', 'Bearer token-2']);
  });
});
