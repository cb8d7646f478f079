import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkSchemas } from '../../local/tools/check/check-schemas';
import { runAllExamples } from '../../local/tools/check/examples/run-examples';

const root = join(__dirname, '../..');
const columns = [
  { name: 'currency', type: 'STRING' },
  { name: 'euros', type: 'NUMERIC' },
];

/** docs/pipelines.md explains one definition piece by piece: the pieces, in their order, are a whole one. */
describe('The examples of docs/pipelines.md', () => {
  const directory = mkdtempSync(join(tmpdir(), 'tenant-pipelines-documents-'));
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it('are a definition without problems, with each type of step, and a test of it that passes', async () => {
    const text = readFileSync(join(root, 'docs/pipelines.md'), 'utf8');
    const definition = [...text.matchAll(/^```yaml\n([\s\S]*?)^```$/gm)].map(([, block]) => block).join('');
    for (const type of ['query', 'load', 'quality', 'notify', 'export', 'http']) {
      expect(definition).toContain(`type: ${type}`);
    }
    cpSync(join(root, 'schemas'), directory, { recursive: true });
    mkdirSync(join(directory, 'pipelines/shop/sales'), { recursive: true });
    writeFileSync(join(directory, 'pipelines/shop/sales/daily_sales.yaml'), definition);
    mkdirSync(join(directory, 'sources/rates'), { recursive: true });
    writeFileSync(
      join(directory, 'sources/rates/daily_rates.json'),
      JSON.stringify({ schema: { fields: columns } }),
    );
    const { problems } = await checkSchemas({
      schemasDirectory: directory,
      allowedSources: ['*', 'gs://*'],
    });
    expect(problems).toEqual([]);
    const [, test = ''] = /^``` yaml\n(tests:[\s\S]*?)^```$/m.exec(text) ?? [];
    rmSync(join(directory, 'pipelines/focus'), { recursive: true });
    rmSync(join(directory, 'pipelines/gcp'), { recursive: true });
    writeFileSync(join(directory, 'pipelines/shop/sales/daily_sales.test.yaml'), test);
    const environment = { ...process.env };
    expect(await runAllExamples(directory)).toEqual({ passed: 1, failures: [] });
    Object.assign(process.env, environment);
  });
});
