// In short: ../first-hour.test.ts
import { copyFileSync, cpSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { allRows } from '../../support/focus/daily-costs';
import { apiOf, onboard, startTestCloud, type TestCloud } from '../../support/local-cloud';
import { newDirectory, removeDirectory } from '../../support/server-process';

/** A pipeline as a new user writes it: one file in schemas/pipelines/, then a start and two requests. */
const pipeline = 'shop/sales/daily_sales';
const tenantId = 'newcomer_001';
const definition = join(__dirname, 'daily_sales.yaml');

describe('A pipeline of one’s own', () => {
  const schemas = newDirectory();
  let server: TestCloud;
  let apiKey: string;
  beforeAll(async () => {
    cpSync(join(__dirname, '../../../schemas'), schemas, { recursive: true });
    put(definition, join(schemas, 'pipelines', `${pipeline}.yaml`));
    server = await startTestCloud({}, schemas);
    put(join(__dirname, 'orders.csv'), join(server.dataDirectory, 'gcs/shop/orders.csv'));
    apiKey = await onboard(server.url, tenantId);
  });
  afterAll(async () => {
    await server?.close();
    removeDirectory(schemas);
  });

  const api = () => apiOf(server.url, { apiKey });
  const run = (parameters: Record<string, unknown>) => api().startRun(tenantId, pipeline, { parameters });

  it('takes less than 30 lines, SQL included', () => {
    expect(readFileSync(definition, 'utf8').trimEnd().split('\n').length).toBeLessThan(30);
  });

  it('runs from a file to a checked table', async () => {
    const { run_id } = await run({ source_uri: 'gs://shop/orders.csv' });
    expect(await api().waitForRun(run_id)).toMatchObject({
      status: 'COMPLETED',
      steps: [
        { step_id: 'load_orders', rows_written: 4 },
        { step_id: 'build_daily_sales', rows_written: 2 },
        { step_id: 'check_daily_sales' },
      ],
      checks: [{ check_name: 'one_row_per_day_and_country', passed: true }],
    });
    const rows = await allRows(server.bigqueryUrl, tenantId, 'daily_sales');
    expect(rows.sort()).toEqual([
      ['2026-11-01', 'DE', '27'],
      ['2026-11-02', 'FR', '5'],
    ]);
  });

  it('is in the catalogue, with its parameter', async () => {
    const { pipelines } = await api().call('listPipelines');
    expect(pipelines.find((listed) => listed.pipeline === pipeline)).toMatchObject({
      parameters: { source_uri: { description: 'The orders, as gs://shop/file.csv' } },
    });
  });

  it.each([
    ['no parameter', {}, "Parameter 'source_uri' is required (STRING)."],
    ['a wrong name', { sourceuri: 'gs://shop/orders.csv' }, 'sourceuri'],
  ])('says before it starts what is wrong with %s', async (_, given, detail) => {
    await expect(run(given)).rejects.toMatchObject({ status: 400, message: expect.stringContaining(detail) });
  });

  it.each([
    [
      'a file that is not there',
      'gs://shop/none.csv',
      "Step 'load_orders' failed: Not found: URI gs://shop/none.csv",
    ],
    [
      'a file elsewhere',
      'gs://billing/orders.csv',
      "Step 'load_orders' failed: It reads gs://billing/orders.csv; expected one below the definition's sources (gs://shop/).",
    ],
  ])('says which step failed for %s', async (_, source_uri, error_message) => {
    const { run_id } = await run({ source_uri });
    const ended = await api().waitForRun(run_id);
    expect(ended).toMatchObject({ status: 'FAILED', failed_step: 'load_orders', error_message });
  });
});

function put(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
