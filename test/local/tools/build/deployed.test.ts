import { join } from 'node:path';
import { startLocalServers } from '../../../../local/cloud/servers/start-local-servers';
import { buildFunctions } from '../../../../local/tools/build/build-functions';
import { asAdmin, call } from '../../../support/local-cloud';
import { newDirectory, removeDirectory } from '../../../support/server-process';
import { type Deployed, installDeployed, startDeployed } from './deployed';

/** All functions together are in deployed.long.test.ts. */
describe('One bundle, installed and started as Google’s buildpacks do', () => {
  const directory = newDirectory();
  const closers: (() => Promise<void>)[] = [];
  let onboard: Deployed;
  let installed = '';
  let environment: Readonly<Record<string, string>> = {};

  beforeAll(async () => {
    const schemasDirectory = join(__dirname, '../../../../schemas');
    const built = await buildFunctions({ schemasDirectory, outputDirectory: join(directory, 'dist') });
    installed = built.find(({ name }) => name === 'onboard')?.directory ?? '';
    const addresses = { bigqueryPort: 0, pubsubPort: 0, dataDirectory: directory, isMemoryOnly: true };
    const servers = await startLocalServers(addresses, () => undefined);
    closers.push(servers.close);
    environment = { ...servers.environment, ADMIN_API_KEY: asAdmin['X-Admin-Key'] };
    await installDeployed(installed);
    onboard = await startDeployed('onboard', installed, environment);
    closers.push(onboard.end);
  }, 180_000);
  afterAll(async () => {
    for (let close = closers.pop(); close !== undefined; close = closers.pop()) await close();
    removeDirectory(directory);
  });

  it('onboards a tenant, from its own schemas', async () => {
    const { status, body } = await call(onboard.url, 'POST', '/api/v1/customers/onboard', {
      headers: asAdmin,
      body: {
        tenant_id: 'bundled',
        company_name: 'Test Corporation',
        contact_email: 'admin@testcorp.com',
        subscription_tier: 'STARTER',
      },
    });
    expect({ status, body }).toMatchObject({
      status: 201,
      body: { tables: ['api_keys', 'dq_results', 'pipeline_runs', 'step_logs', 'tenants'] },
    });
  });

  it('does not start for another function than its own', async () => {
    await expect(startDeployed('worker', installed, environment)).rejects.toThrow(
      "FUNCTION_TARGET: expected the name of the bundled function, given 'worker'",
    );
  });
});
