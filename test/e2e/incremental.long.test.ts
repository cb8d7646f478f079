import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  type Answer,
  call,
  endOfRun,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
  withKey,
} from '../support/local-cloud';
import { newDirectory, removeDirectory } from '../support/server-process';

const pipeline = 'shop/orders/changes';
const definition = `
description: The changes of a day's orders, and what all orders have come to.
sources: ['gs://orders/']
parameters:
  day: { type: DATE, required: true, description: The day of the file. }
  source_uri: { type: STRING, required: true, description: The file of the day's changes. }
watermark: { type: TIMESTAMP, initial: '1970-01-01T00:00:00Z', sql: SELECT MAX(changed_at) FROM order_log }
steps:
  - id: load
    type: load
    source_uri_parameter: source_uri
    format: CSV
    schema:
      - { name: day, type: DATE }
      - { name: order_id, type: INT64 }
      - { name: status, type: STRING }
      - { name: amount, type: NUMERIC }
      - { name: changed_at, type: TIMESTAMP }
    destination:
      table: order_log
      partition: day
      time_partitioning: { field: day }
      write_disposition: WRITE_TRUNCATE
  - id: merge
    type: query
    needs: [load]
    sql: |
      SELECT order_id, status, amount, changed_at FROM order_log
      WHERE changed_at > @watermark
      QUALIFY ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY changed_at DESC) = 1
    destination: { table: orders, write_disposition: MERGE, merge_keys: [order_id] }
  - id: check
    type: quality
    needs: [merge]
    table: orders
    checks: [{ name: each_order_once, type: unique, columns: [order_id] }]
`;

/** The changes of a day: some orders are new, some change again; each change at a moment of its own. */
function changesOf(day: number): readonly string[] {
  const date = `2026-03-0${day}`;
  return Array.from({ length: 150 }, (_, index) => {
    const order = (index * 37 + day * 61) % (40 * day + 20);
    const status = ['placed', 'paid', 'sent', 'returned'][(index + day) % 4];
    const moment = `${date} ${String(Math.floor(index / 10)).padStart(2, '0')}:${String(index % 60).padStart(2, '0')}:00.${String(index).padStart(6, '0')}Z`;
    return `${date},${order},${status},${(index * 1.25).toFixed(2)},${moment}`;
  });
}

describe('Incremental work from the request to the table', () => {
  const schemas = newDirectory();
  let cloud: TestCloud;
  let apiKey: string;
  beforeAll(async () => {
    cpSync(join(__dirname, '../../schemas'), schemas, { recursive: true });
    const file = join(schemas, 'pipelines', `${pipeline}.yaml`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, definition);
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

  async function run(day: number): Promise<Answer['body']> {
    const { status, body } = await call(cloud.url, 'POST', `/api/v1/pipelines/run/shop/${pipeline}`, {
      headers: withKey(apiKey),
      body: { day: `2026-03-0${day}`, source_uri: `gs://orders/${day}.csv` },
    });
    expect(status).toBe(202);
    return endOfRun(cloud.url, apiKey, body.run_id);
  }
  const rows = (sql: string) => query(cloud.bigquery, 'shop', sql);
  const orders = () =>
    rows(
      'SELECT order_id, status, CAST(amount AS STRING) AS amount, changed_at FROM orders ORDER BY order_id',
    );
  /** What the table of orders is, made anew from all changes. */
  const ordersAnew = () =>
    rows(`SELECT order_id, status, CAST(amount AS STRING) AS amount, changed_at FROM order_log
      QUALIFY ROW_NUMBER() OVER (PARTITION BY order_id ORDER BY changed_at DESC) = 1 ORDER BY order_id`);
  const newest = (day: number) => `2026-03-0${day}T14:29:00.000149Z`;

  it('comes day by day to what the whole would be, and repeats change nothing', async () => {
    for (const day of [1, 2, 3]) {
      expect(await run(day)).toMatchObject({ status: 'COMPLETED', watermark: newest(day) });
      expect(await orders()).toEqual(await ordersAnew());
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
