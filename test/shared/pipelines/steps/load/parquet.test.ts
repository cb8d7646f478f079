import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import { runOfYaml } from '../../support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from '../../support/tenant-dataset';

const files = join(__dirname, '../../../../../local/bigquery/test/jobs/parquet');
const orders = readFileSync(join(files, 'orders.parquet'));

/** Loads orders without a schema, sums them up and checks the sums. */
const definition = (load = '', column = 'amount') => `
sources: [gs://billing/]
steps:
  - id: load
    type: load
    format: PARQUET
    source_uris: [gs://billing/orders.parquet]
    destination: { table: orders, write_disposition: WRITE_TRUNCATE }
${load}
  - id: sum
    type: query
    needs: [load]
    sql: |
      SELECT DATE(ordered_at) AS day, COUNT(*) AS orders, SUM(amount) AS amount, MAX(order_id) AS last_id
      FROM orders GROUP BY day
    destination: { table: daily_orders, write_disposition: WRITE_TRUNCATE }
  - id: check
    type: quality
    needs: [sum]
    table: daily_orders
    checks:
      - { name: has_days, type: row_count, min: 2, max: 2 }
      - { name: no_null, type: not_null, columns: [${column}] }
      - { name: one_row_a_day, type: unique, columns: [day] }
`;

describe('a pipeline that loads Parquet', () => {
  let tenant: TenantDataset;
  let runs = 0;
  beforeAll(async () => {
    tenant = await startTenantDataset();
  });
  afterAll(() => tenant?.close());

  const execute = (yaml: string, bytes: Buffer | undefined) => {
    runs += 1;
    if (bytes !== undefined) tenant.putFile('orders.parquet', bytes);
    return executePipeline(runOfYaml(`run${runs}`, yaml), tenant.tools);
  };
  const sums = () =>
    tenant.query(
      'SELECT STRING(day) AS day, orders, CAST(amount AS STRING) AS amount, CAST(last_id AS STRING) AS last_id FROM daily_orders ORDER BY day',
    );

  it('says where it looked for a file that is not there', async () => {
    expect(await execute(definition(), undefined)).toMatchObject({
      status: 'FAILED',
      errorCode: 'not_found',
      errorMessage: "Step 'load' failed: Not found: URI gs://billing/orders.parquet",
    });
  });

  it('works on the columns that the file itself describes, to the last digit', async () => {
    expect(await execute(definition(), orders)).toMatchObject({ status: 'COMPLETED' });
    expect(await sums()).toEqual([
      { day: '2024-09-01', orders: 2, amount: '10.3', last_id: '9007199254740993' },
      { day: '2024-09-02', orders: 1, amount: '99.99', last_id: '3' },
    ]);
  });

  it('takes a schema’s columns, and leaves out what the schema does not have', async () => {
    const schema = `
    ignore_unknown_values: true
    schema:
      - { name: order_id, type: INT64, mode: REQUIRED }
      - { name: amount, type: BIGNUMERIC }
      - { name: ordered_at, type: DATETIME }`;
    expect(await execute(definition(schema), orders)).toMatchObject({ status: 'COMPLETED' });
    const [{ schema: loaded }] = await tenant.bigquery.dataset('tenant_1').table('orders').getMetadata();
    expect(loaded.fields).toEqual([
      { name: 'order_id', type: 'INTEGER', mode: 'REQUIRED' },
      { name: 'amount', type: 'BIGNUMERIC' },
      { name: 'ordered_at', type: 'DATETIME' },
    ]);
    expect(await sums()).toHaveLength(2);
  });

  it.each([
    ['lists as arrays', 'nested.parquet', 'list', ['a', 'b']],
    ['names of an enum as texts', 'enum.parquet', 'level', undefined],
  ])('has %s', async (_, file, column, first) => {
    const yaml = `
sources: [gs://billing/]
steps:
  - id: load
    type: load
    format: PARQUET
    source_uris: [gs://billing/orders.parquet]
    destination: { table: loaded, write_disposition: WRITE_TRUNCATE }
`;
    expect(await execute(yaml, readFileSync(join(files, file)))).toMatchObject({ status: 'COMPLETED' });
    const [{ schema }] = await tenant.bigquery.dataset('tenant_1').table('loaded').getMetadata();
    const isText = expect.objectContaining({ name: column, type: 'STRING' });
    expect(schema.fields).toContainEqual(isText);
    if (first !== undefined) {
      const [row] = await tenant.query(`SELECT ${column} FROM loaded LIMIT 1`);
      expect(row).toEqual({ [column]: first });
    }
  });

  const reading = (detail: string) =>
    `Error while reading data, error message: ${detail} File: gs://billing/orders.parquet`;
  const nanos = readFileSync(join(files, 'nanos.parquet'));
  it.each([
    [
      'a file that is no Parquet',
      Buffer.from('order_id,amount\n1,2\n'),
      '',
      reading('Input file is not in Parquet format.'),
    ],
    [
      'a file that is cut off',
      orders.subarray(0, -20),
      '',
      reading('Input file is not in Parquet format. It begins as one and has no end.'),
    ],
    [
      'a column that BigQuery does not read',
      nanos,
      '',
      reading(
        "Parquet column 'at' has type INT64 (TIMESTAMP_NANOS), which is not supported. Write it with MICROS or MILLIS.",
      ),
    ],
    [
      'a column of another type than the schema says',
      orders,
      '    ignore_unknown_values: true\n    schema: [{ name: customer, type: INT64 }]',
      reading(
        "Parquet column 'customer' has type BYTE_ARRAY (STRING) which does not match the target type INT64.",
      ),
    ],
  ])('ends with a message that says where it is: %s', async (_, bytes, load, message) => {
    expect(await execute(definition(load), bytes)).toMatchObject({
      status: 'FAILED',
      failedStep: 'load',
      errorCode: 'invalid_data',
      errorMessage: `Step 'load' failed: ${message}`,
    });
  });

  it('fails at the query of a column that the file does not have', async () => {
    const yaml = definition().replace('SUM(amount)', 'SUM(amuont)');
    expect(await execute(yaml, orders)).toMatchObject({
      status: 'FAILED',
      failedStep: 'sum',
      errorCode: 'invalid_query',
      errorMessage: expect.stringMatching(/^Step 'sum' failed: Unrecognized name: amuont/),
    });
  });

  it('fails at the check of a column that is not there', async () => {
    expect(await execute(definition('', 'amuont'), orders)).toMatchObject({
      status: 'FAILED',
      failedStep: 'check',
      errorMessage: expect.stringContaining('amuont'),
    });
  });
});
