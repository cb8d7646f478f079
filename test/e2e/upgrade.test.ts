import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientOf } from 'local-bigquery/testing';
import { call, onboard, withKey } from '../support/local-cloud';
import { newDirectory, removeDirectory, type ServerProcess, startServer } from '../support/server-process';

interface Field {
  readonly name: string;
}

describe('Data of an earlier version', () => {
  it('is brought up to date by npm start: its tenants run as before', async () => {
    const dataDirectory = newDirectory();
    let running: ServerProcess | undefined;
    try {
      const earlier = await startServer({ dataDirectory });
      running = earlier;
      const apiKey = await onboard(earlier.url, 'acme');
      // As it was before the table got its latest column.
      const dataset = clientOf(earlier.bigqueryUrl).dataset('acme');
      const [[row]] = await dataset.table('tenants').getRows();
      const { withdrawn_runs: _, ...older } = row;
      await dataset.table('tenants').delete();
      const file = join(__dirname, '../../schemas/tables/x_meta_tenants.json');
      const { schema } = JSON.parse(readFileSync(file, 'utf8'));
      const fields = schema.fields.filter(({ name }: Field) => name !== 'withdrawn_runs');
      await dataset.createTable('tenants', { schema: { fields } });
      await dataset.table('tenants').insert([older]);
      const run = (url: string) =>
        call(url, 'POST', '/api/v1/pipelines/run/acme/gcp/example/dryrun', { headers: withKey(apiKey) });
      expect((await run(earlier.url)).status).toBe(500);
      await earlier.end('SIGTERM');

      running = await startServer({ dataDirectory });
      expect((await run(running.url)).status).toBe(202);
    } finally {
      await running?.end('SIGTERM');
      removeDirectory(dataDirectory);
    }
    // Two starts of the whole server, on a machine that may be busy.
  }, 180_000);
});
