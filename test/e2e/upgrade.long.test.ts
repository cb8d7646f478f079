// In short: ../functions/ensure-tables.test.ts
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clientOf } from 'local-bigquery/testing';
import { startLocalCloud } from '../../local/cloud/cloud';
import { call, onboard, withKey } from '../support/local-cloud';
import { newDirectory, removeDirectory, startServer } from '../support/server-process';

interface Field {
  readonly name: string;
}

describe('Data of an earlier version', () => {
  it('is brought up to date by npm start: its tenants run as before', async () => {
    const dataDirectory = newDirectory();
    const ports = { gatewayPort: 0, bigqueryPort: 0, pubsubPort: 0 };
    const schemasDirectory = join(__dirname, '../../schemas');
    Object.assign(process.env, { LOG_SEVERITY: 'NONE' });
    // The earlier version, in this process: only the start over its data is what is tested.
    let end = async () => {};
    try {
      const log = () => undefined;
      const earlier = await startLocalCloud({
        ...ports,
        dataDirectory,
        isMemoryOnly: false,
        schemasDirectory,
        log,
      });
      end = earlier.close;
      const apiKey = await onboard(earlier.url, 'acme');
      // As it was before the table got its latest column.
      const dataset = clientOf(earlier.bigqueryUrl).dataset('acme');
      const [[row]] = await dataset.table('tenants').getRows();
      const { withdrawn_runs: _, ...older } = row;
      await dataset.table('tenants').delete();
      const file = join(schemasDirectory, 'tables/x_meta_tenants.json');
      const { schema } = JSON.parse(readFileSync(file, 'utf8'));
      const fields = schema.fields.filter(({ name }: Field) => name !== 'withdrawn_runs');
      await dataset.createTable('tenants', { schema: { fields } });
      await dataset.table('tenants').insert([older]);
      const run = (url: string) =>
        call(url, 'POST', '/api/v1/pipelines/run/acme/gcp/example/dryrun', { headers: withKey(apiKey) });
      expect((await run(earlier.url)).status).toBe(500);
      end = async () => {};
      await earlier.close();

      const running = await startServer({ dataDirectory });
      end = async () => void (await running.end('SIGTERM'));
      expect((await run(running.url)).status).toBe(202);
    } finally {
      await end();
      removeDirectory(dataDirectory);
    }
  });
});
