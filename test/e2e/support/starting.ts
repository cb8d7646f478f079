import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { newDirectory, removeDirectory, startInVain } from '../../support/server-process';

/** The settings that hold a port. */
export const portSettings = ['PORT', 'BIGQUERY_PORT', 'PUBSUB_PORT'] as const;

/** Settings with a value that is wrong, and what the message says. */
export const wrongSettings: readonly (readonly [name: string, value: string, message: string])[] = [
  ['PORT', 'http', 'expected a port'],
  ['PORT', '70000', 'expected a port'],
  ['ADMIN_API_KEY', 'short', 'at least 16 characters'],
  ['LOG_SEVERITY', 'LOUD', 'LOG_SEVERITY'],
];

type Damage = readonly [what: string, damage: (schemas: string) => void, named: readonly string[]];

const change = (schemas: string, file: string, edit: (text: string) => string) => {
  const path = join(schemas, file);
  writeFileSync(path, edit(existsSync(path) ? readFileSync(path, 'utf8') : ''));
};
const dryrun = 'pipelines/gcp/example/dryrun.yaml';

/** Definitions that are missing or wrong, and the file and field that the message names. */
export const damages: readonly Damage[] = [
  ['tiers.json missing', (schemas) => rmSync(join(schemas, 'tiers.json')), ['tiers.json']],
  [
    'tiers.json cut off',
    (schemas) => change(schemas, 'tiers.json', (text) => text.slice(0, 40)),
    ['tiers.json'],
  ],
  [
    'a tier’s quota as text',
    (schemas) => change(schemas, 'tiers.json', (text) => text.replace('500', '"500"')),
    ['tiers.json', 'STARTER', 'max_pipelines_per_month'],
  ],
  [
    'the tenants table missing',
    (schemas) => rmSync(join(schemas, 'tables/x_meta_tenants.json')),
    ['x_meta_tenants.json'],
  ],
  [
    'a column of an unknown type',
    (schemas) =>
      change(schemas, 'tables/x_meta_tenants.json', (text) => text.replace('"INT64"', '"INTEGERS"')),
    ['x_meta_tenants.json', 'type'],
  ],
  [
    'schedules.json with a wrong field',
    (schemas) => change(schemas, 'schedules.json', (text) => text.replace('"schedule"', '"cron"')),
    ['schedules.json', 'schedule'],
  ],
  [
    'a pipeline with an unknown field',
    (schemas) => change(schemas, dryrun, (text) => text.replace('timeout_seconds', 'timeout')),
    ['dryrun.yaml', 'timeout'],
  ],
  [
    'a step that waits for one that is not there',
    (schemas) =>
      change(schemas, dryrun, (text) => text.replace('type: query', 'type: query\n    needs: [nothing]')),
    ['dryrun.yaml', 'nothing'],
  ],
  [
    'a pipeline whose SQL file is missing',
    (schemas) => rmSync(join(schemas, 'pipelines/gcp/billing/daily_costs.sql')),
    ['gcp/billing/daily_costs.sql', 'cannot be read'],
  ],
  ['YAML that is none', (schemas) => change(schemas, dryrun, () => 'steps: [}'), ['dryrun.yaml']],
];

async function withFolder(use: (dataDirectory: string) => Promise<void>): Promise<void> {
  const dataDirectory = newDirectory();
  try {
    await use(dataDirectory);
  } finally {
    removeDirectory(dataDirectory);
  }
}

export const endsWherePortIsTaken = (name: string) =>
  withFolder(async (dataDirectory) => {
    const { port, close } = await occupy();
    const { code, output } = await startInVain({ dataDirectory, environment: { [name]: String(port) } });
    await close();
    expect({ code, output }).toEqual({
      code: 1,
      output: expect.stringMatching(new RegExp(`\\b${port}\\b`)),
    });
    expect(output).not.toMatch(/^\s+at /m);
  });

export const endsWithSetting = (name: string, value: string, message: string) =>
  withFolder(async (dataDirectory) => {
    const { code, output } = await startInVain({ dataDirectory, environment: { [name]: value } });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(name) });
    expect(output).toContain(message);
  });

export const endsWithDamage = (damage: (schemas: string) => void, named: readonly string[]) =>
  withFolder(async (dataDirectory) => {
    const schemas = join(dataDirectory, 'schemas');
    cpSync(join(__dirname, '../../../schemas'), schemas, { recursive: true });
    damage(schemas);
    const environment = { SCHEMAS_DIRECTORY: schemas };
    const { code, output } = await startInVain({ dataDirectory, environment });
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(named[0] ?? '') });
    for (const name of named) expect(output).toContain(name);
    expect(output).not.toMatch(/^\s+at /m);
  });

async function occupy(): Promise<{ port: number; close: () => Promise<void> }> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  return { port: address.port, close: () => new Promise((resolve) => server.close(() => resolve())) };
}
