// In short: ./first-hour.test.ts
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { apiOf, endOfRun, onboard, query, startTestCloud, type TestCloud } from '../support/local-cloud';
import { newDirectory, removeDirectory } from '../support/server-process';
import { changesOf, orderChanges, ordersAnew, ordersNow } from './support/order-changes';

const pipeline = 'shop/orders/changes';
describe('Incremental work from the request to the table', () => {
  const schemas = newDirectory();
  let cloud: TestCloud;
  let apiKey: string;
  beforeAll(async () => {
    cpSync(join(__dirname, '../../schemas'), schemas, { recursive: true });
    const file = join(schemas, 'pipelines', `${pipeline}.yaml`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, orderChanges);
    cloud = await startTestCloud({}, schemas);
    apiKey = await onboard(cloud.url, 'shop');
    for (const day of [1, 2, 3]) {
      const path = join(cloud.dataDirectory, 'gcs/orders', `${day}.csv`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, changesOf(day).join('\n'));
    }
  });
  afterAll(async () => {
    await cloud?.close();
    removeDirectory(schemas);
  });

  async function run(day: number) {
    const parameters = { day: `2026-03-0${day}`, source_uri: `gs://orders/${day}.csv` };
    const { run_id } = await apiOf(cloud.url, { apiKey }).startRun('shop', pipeline, { parameters });
    return endOfRun(cloud.url, apiKey, run_id);
  }
  const rows = (sql: string) => query(cloud.bigquery, 'shop', sql);
  const orders = () => rows(ordersNow);
  const newest = (day: number) => `2026-03-0${day}T14:29:00.000149Z`;

  it('comes day by day to what the whole would be, and repeats change nothing', async () => {
    for (const day of [1, 2, 3]) {
      expect(await run(day)).toMatchObject({ status: 'COMPLETED', watermark: newest(day) });
      expect(await orders()).toEqual(await rows(ordersAnew));
    }
    const [log, state] = [await rows('SELECT * FROM order_log ORDER BY changed_at'), await orders()];
    expect(log).toHaveLength(450);
    for (const day of [2, 3]) {
      expect(await run(day)).toMatchObject({ status: 'COMPLETED', watermark: newest(3) });
      expect(await rows('SELECT * FROM order_log ORDER BY changed_at')).toEqual(log);
      expect(await orders()).toEqual(state);
    }
  });

  it('writes nothing for a file of another day, and goes on from where it was', async () => {
    const [log, state] = [await rows('SELECT * FROM order_log ORDER BY changed_at'), await orders()];
    writeFileSync(
      join(cloud.dataDirectory, 'gcs/orders/1.csv'),
      [...changesOf(1), ...changesOf(2).slice(0, 1)].join('\n'),
    );
    const failed = await run(1);
    expect(failed).toMatchObject({
      status: 'FAILED',
      failed_step: 'load',
      error_code: 'invalid_data',
      watermark: null,
    });
    expect(String(failed.error_message)).toContain(
      'Some rows belong to different partitions rather than destination partition 20260301',
    );
    expect(await rows('SELECT * FROM order_log ORDER BY changed_at')).toEqual(log);
    expect(await orders()).toEqual(state);
    expect(await run(3)).toMatchObject({ status: 'COMPLETED', watermark: newest(3) });
  });
});
