import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { adminKey, asAdmin, call } from '../support/local-cloud';
import {
  copyOfProject,
  newDirectory,
  removeDirectory,
  startInVain,
  startServer,
} from '../support/server-process';

describe('Starting', () => {
  let dataDirectory: string;
  beforeEach(() => {
    dataDirectory = newDirectory();
  });
  afterEach(() => removeDirectory(dataDirectory));

  it.each(['PORT', 'BIGQUERY_PORT', 'PUBSUB_PORT'])(
    'with %s taken says which port, and ends with 1',
    async (name) => {
      const { port, close } = await occupy();
      const { code, output } = await startInVain({ dataDirectory, environment: { [name]: String(port) } });
      await close();
      expect({ code, output }).toEqual({
        code: 1,
        output: expect.stringMatching(new RegExp(`\\b${port}\\b`)),
      });
      expect(output).not.toMatch(/^\s+at /m);
    },
  );

  it.each([
    ['PORT', 'http', 'expected a port'],
    ['PORT', '70000', 'expected a port'],
    ['ADMIN_API_KEY', 'short', 'at least 16 characters'],
    ['LOG_SEVERITY', 'LOUD', 'LOG_SEVERITY'],
  ])('with %s=%s says what is expected, and ends with 1', async (name, value, expected) => {
    const { code, output } = await startInVain({ dataDirectory, environment: { [name]: value } });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(name) });
    expect(output).toContain(expected);
  });

  it('with ADMIN_API_KEY admin calls need it, and the banner says so without telling it', async () => {
    const server = await startServer({ dataDirectory, environment: { ADMIN_API_KEY: adminKey } });
    try {
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
    } finally {
      expect(await server.end('SIGTERM')).toBe(0);
    }
  });

  it('twice over the same data is refused, and the first is not harmed', async () => {
    const first = await startServer({ dataDirectory });
    try {
      const second = await startInVain({ dataDirectory });
      expect(second).toEqual({ code: 1, output: expect.stringMatching(/.{10}/) });
      expect((await call(first.url, 'GET', '/api/v1/tenants/nobody')).status).toBe(404);
    } finally {
      await first.end('SIGINT');
    }
  });

  describe('with a definition that is missing or wrong names file and field, and ends with 1', () => {
    let root: string;
    beforeEach(() => {
      root = copyOfProject();
    });
    afterEach(() => removeDirectory(root));

    const change = (file: string, edit: (text: string) => string) => {
      const path = join(root, 'schemas', file);
      writeFileSync(path, edit(existsSync(path) ? readFileSync(path, 'utf8') : ''));
    };
    const dryrun = 'pipelines/gcp/example/dryrun.yaml';

    it.each<[string, () => void, string[]]>([
      ['tiers.json missing', () => rmSync(join(root, 'schemas/tiers.json')), ['tiers.json']],
      ['tiers.json cut off', () => change('tiers.json', (text) => text.slice(0, 40)), ['tiers.json']],
      [
        'a tier’s quota as text',
        () => change('tiers.json', (text) => text.replace('500', '"500"')),
        ['tiers.json', 'STARTER', 'max_pipelines_per_month'],
      ],
      [
        'the tenants table missing',
        () => rmSync(join(root, 'schemas/tables/x_meta_tenants.json')),
        ['x_meta_tenants.json'],
      ],
      [
        'a column of an unknown type',
        () => change('tables/x_meta_tenants.json', (text) => text.replace('"INT64"', '"INTEGERS"')),
        ['x_meta_tenants.json', 'type'],
      ],
      [
        'schedules.json with a wrong field',
        () => change('schedules.json', (text) => text.replace('"schedule"', '"cron"')),
        ['schedules.json', 'schedule'],
      ],
      [
        'a pipeline with an unknown field',
        () => change(dryrun, (text) => text.replace('timeout_seconds', 'timeout')),
        ['dryrun.yaml', 'timeout'],
      ],
      [
        'a step that waits for one that is not there',
        () => change(dryrun, (text) => text.replace('type: query', 'type: query\n    needs: [nothing]')),
        ['dryrun.yaml', 'nothing'],
      ],
      [
        'a pipeline whose SQL file is missing',
        () => rmSync(join(root, 'schemas/pipelines/gcp/billing/daily_costs.sql')),
        ['gcp/billing/daily_costs.sql', 'cannot be read'],
      ],
      ['YAML that is none', () => change(dryrun, () => 'steps: [}'), ['dryrun.yaml']],
    ])('%s', async (_what, damage, names) => {
      damage();
      const { code, output } = await startInVain({ dataDirectory, root });
      expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(names[0] ?? '') });
      for (const name of names) expect(output).toContain(name);
      expect(output).not.toMatch(/^\s+at /m);
    });
  });
});

async function occupy(): Promise<{ port: number; close: () => Promise<void> }> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return { port: address.port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
