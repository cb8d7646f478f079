import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { brokenRules, readRules } from './import-rules';

const root = join(__dirname, '../..');
const rules = join(root, '.dependency-cruiser.cjs');

const folders = ['functions', 'shared', 'local', 'client', 'console', 'test'];

const cruiseSchema = z.object({
  summary: z.object({
    violations: z.array(z.object({ from: z.string(), to: z.string(), rule: z.object({ name: z.string() }) })),
  }),
});

/** What the import rules find in a tree: `rule: importer → imported`, each once. */
async function cruise(directory: string) {
  const program = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const args = [program, '--config', rules, '--output-type', 'json', ...folders];
  const output = await new Promise<string>((resolve, reject) => {
    // It exits with the number of violations: its answer is on standard output all the same.
    execFile(process.execPath, args, { cwd: directory, maxBuffer: 2 ** 28 }, (error, stdout, stderr) => {
      if (stdout === '') reject(error ?? new Error(stderr));
      else resolve(stdout);
    });
  });
  const { summary } = cruiseSchema.parse(JSON.parse(output));
  const found = summary.violations.map(({ from, to, rule }) => `${rule.name}: ${from} → ${to}`);
  return [...new Set(found)].sort();
}

/** The TypeScript files of the tree, but for tests: their texts have imports that are none. */
const sources = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx'],
  {
    cwd: root,
    encoding: 'utf8',
  },
)
  .trim()
  .split('\n')
  .filter((file) => !/(^|\/)test\//.test(file) && existsSync(join(root, file)));

it('the tree has no circle of imports, and every import goes in the direction that ARCHITECTURE.md names', () => {
  expect(sources.length).toBeGreaterThan(600);
  expect(brokenRules(root, sources, readRules(rules))).toEqual([]);
});

describe('each rule', () => {
  let tree: string;

  /** Files whose imports break one rule each. */
  const files: Readonly<Record<string, string>> = {
    'shared/circle/one.ts': "import type { Two } from './two';\nexport type One = Two | 1;\n",
    'shared/circle/two.ts': "import type { One } from './one';\nexport type Two = One | 2;\n",
    'shared/up.ts': "export { run } from '../functions/run/index';\n",
    'shared/client.ts': "export { BigQuery } from '@google-cloud/bigquery';\n",
    'shared/sql/statement.ts': 'export const statement = 1;\n',
    'shared/runs/rules/impure.ts': "export { statement } from '../../sql/statement';\n",
    'shared/lost.ts': "export { nothing } from './nowhere';\n",
    'functions/run/index.ts': 'export const run = 1;\n',
    'functions/worker/index.ts': "export { run } from '../run/index';\n",
    'functions/tenants/index.ts': "export { cloud } from '../../local/cloud/cloud';\n",
    'functions/onboard/index.ts': "export { helper } from '../../test/helper';\n",
    'local/cloud/cloud.ts': "import '../bigquery/model';\nexport const cloud = 1;\n",
    'local/bigquery/model.ts': 'export const model = 1;\n',
    'local/bigquery/server.ts': "export { cloud } from '../cloud/cloud';\n",
    'local/pubsub/server.ts': "export type { One } from '../../shared/circle/one';\n",
    'client/inner.ts': "export type { One } from '../shared/circle/one';\n",
    'client/cli/index.ts': 'export const commands = 1;\n',
    'client/index.ts': "export { commands } from './cli';\n",
    'console/main.ts': "export type { One } from '../shared/circle/one';\n",
    // dependency-cruiser could not read it, and may not fail because of it.
    'console/page.tsx': 'export const Page = () => <p />;\n',
    'console/heavy.ts': "export { BigQuery } from '@google-cloud/bigquery';\n",
    'local/cloud/page.ts': "export type { One } from '../../console/main';\n",
    'test/helper.ts': 'export const helper = 1;\n',
    'test/client.ts': "export type { One } from '../client/inner';\n",
  };

  beforeAll(() => {
    tree = mkdtempSync(join(tmpdir(), 'tenant-pipelines-imports-'));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, name)), { recursive: true });
      writeFileSync(join(tree, name), text);
    }
    const client = 'node_modules/@google-cloud/bigquery';
    mkdirSync(join(tree, client), { recursive: true });
    cpSync(join(root, client, 'package.json'), join(tree, client, 'package.json'));
    mkdirSync(join(tree, client, 'build/src'), { recursive: true });
    writeFileSync(join(tree, client, 'build/src/index.js'), 'exports.BigQuery = 1;\n');
  });
  afterAll(() => rmSync(tree, { recursive: true, force: true }));

  it('refuses the import that it is there for', async () => {
    const found = await cruise(tree);
    expect(found).toEqual([
      'client-by-its-index: test/client.ts → client/inner.ts',
      'client-for-browsers: client/index.ts → client/cli/index.ts',
      'client-stands-alone: client/inner.ts → shared/circle/one.ts',
      'console-by-the-client: console/main.ts → shared/circle/one.ts',
      'console-for-itself: local/cloud/page.ts → console/main.ts',
      'console-own-packages: console/heavy.ts → node_modules/@google-cloud/bigquery/build/src/index.js',
      'functions-are-islands: functions/worker/index.ts → functions/run/index.ts',
      'functions-to-shared-only: functions/onboard/index.ts → test/helper.ts',
      'functions-to-shared-only: functions/tenants/index.ts → local/cloud/cloud.ts',
      'google-clients-only-in-google: shared/client.ts → node_modules/@google-cloud/bigquery/build/src/index.js',
      'local-bigquery-stands-alone: local/bigquery/server.ts → local/cloud/cloud.ts',
      'local-pubsub-stands-alone: local/pubsub/server.ts → shared/circle/one.ts',
      'no-circle: shared/circle/one.ts → shared/circle/two.ts',
      'nothing-imports-tests: functions/onboard/index.ts → test/helper.ts',
      'only-test-imports-local: functions/tenants/index.ts → local/cloud/cloud.ts',
      'packages-by-their-exports: local/cloud/cloud.ts → local/bigquery/model.ts',
      'resolves: shared/lost.ts → ./nowhere',
      'rules-are-pure: shared/runs/rules/impure.ts → shared/sql/statement.ts',
      'shared-stands-below: shared/up.ts → functions/run/index.ts',
    ]);
    // What looks at the whole tree here finds the same, but says less of packages.
    const same = found.map((broken) => broken.replace(/(→ node_modules\/@[^/]+\/[^/]+\/).*/, '$1'));
    expect(brokenRules(tree, Object.keys(files), readRules(rules))).toEqual(same);
  });
});
