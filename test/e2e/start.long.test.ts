// In short: ./processes.test.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BigQuery } from '@google-cloud/bigquery';
import { adminKey, asAdmin, call } from '../support/local-cloud';
import {
  compilingOnce,
  newDirectory,
  removeDirectory,
  type ServerProcess,
  startInVain,
  startServer,
} from '../support/server-process';
import {
  damages,
  endsWherePortIsTaken,
  endsWithDamage,
  endsWithSetting,
  portSettings,
  wrongSettings,
} from './support/starting';

describe('Starting', () => {
  it.each(portSettings)('with %s taken says which port, and ends with 1', (name) =>
    endsWherePortIsTaken(name),
  );

  it.each(wrongSettings)('with %s=%s says what is expected, and ends with 1', (name, value, message) =>
    endsWithSetting(name, value, message),
  );

  describe('with ADMIN_API_KEY', () => {
    const dataDirectory = newDirectory();
    let server: ServerProcess;
    beforeAll(async () => {
      const environment = { ADMIN_API_KEY: adminKey };
      server = await startServer({ dataDirectory, environment, warmsUp: true });
    });
    afterAll(async () => {
      await server?.end('SIGKILL');
      removeDirectory(dataDirectory);
    });

    it('admin calls need it, and the banner says so without telling it', async () => {
      expect(server.output()).toContain('X-Admin-Key');
      expect(server.output()).not.toContain('OPEN');
      expect(server.output()).not.toContain(adminKey);
      const body = {
        tenant_id: 'acme',
        company_name: 'Acme',
        contact_email: 'admin@acme.example',
        subscription_tier: 'FREE',
      };
      const path = '/api/v1/customers/onboard';
      expect((await call(server.url, 'POST', path, { body })).status).toBe(401);
      expect((await call(server.url, 'POST', path, { body, headers: asAdmin })).status).toBe(201);
    });

    it('the banner says what points Google’s clients here: they upload files, too', async () => {
      const told = (name: string) => new RegExp(`${name}=(\\S+)`).exec(server.output())?.[1] ?? '';
      const client = new BigQuery({
        projectId: told('GOOGLE_CLOUD_PROJECT'),
        apiEndpoint: told('BIGQUERY_EMULATOR_HOST'),
        keyFilename: told('GOOGLE_APPLICATION_CREDENTIALS'),
      });
      const file = join(dataDirectory, 'orders.csv');
      writeFileSync(file, '1,a\n2,b\n');
      await client.createDataset('of_a_client');
      const table = client.dataset('of_a_client').table('orders');
      const fields = [
        { name: 'id', type: 'INTEGER' },
        { name: 'name', type: 'STRING' },
      ];
      const [job] = await table.load(file, { schema: { fields } });
      expect(job.statistics?.load?.outputRows).toBe('2');
      await client.dataset('of_a_client').delete({ force: true });
    });

    it('its warm-up went well and left no tenant', async () => {
      expect(server.output()).not.toContain('Not warmed up');
      const { body } = await call(server.url, 'GET', '/api/v1/tenants', { headers: asAdmin });
      expect(body.tenants).toMatchObject([{ tenant_id: 'acme' }]);
    });

    it('a second one over the same data is refused, and the first is not harmed', async () => {
      const second = await startInVain({ dataDirectory });
      expect(second).toEqual({ code: 1, output: expect.stringMatching(/.{10}/) });
      expect((await call(server.url, 'GET', '/api/v1/tenants/nobody', { headers: asAdmin })).status).toBe(
        404,
      );
    });

    it('SIGTERM ends it with 0', async () => {
      expect(await server.end('SIGTERM')).toBe(0);
    });
  });

  describe('with a definition that is missing or wrong names file and field, and ends with 1', () => {
    it.each(damages)('%s', (_what, damage, named) => endsWithDamage(damage, named));
  });

  it('with a thread of its functions that crashes says why, and ends with 1', async () => {
    const dataDirectory = newDirectory();
    const preloaded = join(dataDirectory, 'crash.js');
    // The threads of functions are those that serve no BigQuery.
    writeFileSync(
      preloaded,
      `const { isMainThread, parentPort, workerData } = require('node:worker_threads');
      if (!isMainThread && workerData.bigqueryPort === undefined)
        parentPort.once('message', () => process.nextTick(() => { throw new Error('This thread crashes'); }));`,
    );
    const environment = { NODE_OPTIONS: `${compilingOnce} --require "${preloaded}"` };
    const { code, output } = await startInVain({ dataDirectory, environment });
    removeDirectory(dataDirectory);
    expect(output).toContain('This thread crashes');
    expect(code).toBe(1);
  });
});
