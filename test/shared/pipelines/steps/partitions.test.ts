import { executePipeline } from '../../../../shared/pipelines/execute-pipeline';
import { runOfYaml } from '../support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from '../support/tenant-dataset';

describe('replacing one partition of a table', () => {
  let tenant: TenantDataset;
  let runs = 0;
  beforeAll(async () => {
    tenant = await startTenantDataset();
    await tenant.query(`
      CREATE TABLE events AS
      SELECT TIMESTAMP '2026-03-01 10:00:00' AS moment, 'a' AS name, 1 AS amount
      UNION ALL SELECT '2026-03-01 23:59:59', 'b', 2
      UNION ALL SELECT '2026-03-02 00:00:00', 'c', 4
      UNION ALL SELECT '2026-04-01 00:00:00', 'd', 8`);
  });
  afterAll(() => tenant?.close());

  const execute = (yaml: string, parameters: object) => {
    runs += 1;
    return executePipeline(runOfYaml(`run${runs}`, yaml, { ...parameters }), tenant.tools);
  };
  const rowsOf = (table: string) =>
    tenant.query(`SELECT FORMAT_DATE('%F', day) AS day, amount FROM ${table} ORDER BY day, amount`);

  const daily = `
parameters:
  day: { type: DATE, required: true, description: The day to build. }
steps:
  - id: build
    type: query
    sql: SELECT DATE(moment) AS day, SUM(amount) AS amount FROM events WHERE DATE(moment) = @day GROUP BY day
    destination:
      table: daily
      partition: day
      time_partitioning: { field: day }
      write_disposition: WRITE_TRUNCATE
`;

  it('by a query: the others stay, and a repeat changes nothing', async () => {
    for (const day of ['2026-03-01', '2026-03-02', '2026-03-01']) {
      expect(await execute(daily, { day })).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
    }
    expect(await rowsOf('daily')).toEqual([
      { day: '2026-03-01', amount: 3 },
      { day: '2026-03-02', amount: 4 },
    ]);
    await tenant.query("UPDATE events SET amount = 100 WHERE name = 'c'");
    await execute(daily, { day: '2026-03-02' });
    expect(await rowsOf('daily')).toEqual([
      { day: '2026-03-01', amount: 3 },
      { day: '2026-03-02', amount: 100 },
    ]);
    // A day without rows empties its partition.
    await tenant.query("DELETE FROM events WHERE name = 'c'");
    expect(await execute(daily, { day: '2026-03-02' })).toMatchObject({ rowsWritten: 0 });
    expect(await rowsOf('daily')).toEqual([{ day: '2026-03-01', amount: 3 }]);
  });

  it('fails for rows outside it, in BigQuery’s words, and writes nothing', async () => {
    await execute(daily, { day: '2026-03-01' });
    const before = await rowsOf('daily');
    const outcome = await execute(daily.replace(' WHERE DATE(moment) = @day', ''), { day: '2026-03-01' });
    expect(outcome).toMatchObject({
      status: 'FAILED',
      errorCode: 'invalid_data',
      errorMessage:
        "Step 'build' failed: Some rows belong to different partitions rather than destination partition 20260301",
    });
    expect(await rowsOf('daily')).toEqual(before);
  });

  it.each([
    ['HOUR', 'TIMESTAMP', '2026-03-01T12:30:00+02:00', ['a'], '2026030110'],
    ['DAY', 'TIMESTAMP', '2026-03-01T23:30:00-02:00', ['c'], '20260302'],
    ['MONTH', 'DATE', '2026-03-31', ['a', 'b'], '202603'],
    ['YEAR', 'DATE', '2026-12-31', ['a', 'b', 'd'], '2026'],
  ])('of kind %s, by a %s', async (kind, type, given, names, partition) => {
    await tenant.query(`
      CREATE OR REPLACE TABLE events AS
      SELECT TIMESTAMP '2026-03-01 10:00:00' AS moment, 'a' AS name
      UNION ALL SELECT '2026-03-01 23:59:59', 'b'
      UNION ALL SELECT '2026-04-01 00:00:00', 'd'
      UNION ALL SELECT '2026-03-02 00:00:00', 'c'
      UNION ALL SELECT '2027-01-01 00:00:00', 'e'`);
    const list = names.map((name) => `'${name}'`).join(', ');
    const yaml = `
parameters:
  at: { type: ${type}, required: true, description: When. }
steps:
  - id: build
    type: query
    sql: SELECT moment, name FROM events WHERE name IN (${list}) AND @at IS NOT NULL
    destination:
      table: by_${kind}
      partition: at
      time_partitioning: { type: ${kind}, field: moment }
      write_disposition: WRITE_TRUNCATE
`;
    expect(await execute(yaml, { at: given })).toMatchObject({ status: 'COMPLETED' });
    const outside = await execute(yaml.replace(list, `${list}, 'e'`), { at: given });
    expect(outside.errorMessage).toContain(`rather than destination partition ${partition}`);
    const found = await tenant.query(`SELECT name FROM by_${kind} ORDER BY name`);
    expect(found).toEqual(names.map((name) => ({ name })));
  });

  it('by a load, whatever the file is called', async () => {
    const yaml = `
sources: ['gs://billing/']
parameters:
  day: { type: DATE, required: true, description: The day of the file. }
  file: { type: STRING, required: true, description: The file. }
steps:
  - id: load
    type: load
    source_uri_parameter: file
    format: CSV
    schema: [{ name: day, type: DATE }, { name: amount, type: INT64 }]
    destination:
      table: loaded
      partition: day
      time_partitioning: { field: day }
      write_disposition: WRITE_TRUNCATE
`;
    tenant.putFile('1.csv', '2026-03-01,1\n2026-03-01,2\n');
    tenant.putFile('2.csv', '2026-03-02,3\n');
    tenant.putFile('3.csv', '2026-03-01,7\n');
    tenant.putFile('4.csv', '2026-03-01,9\n2026-03-02,9\n');
    const days = [
      ['2026-03-01', '1'],
      ['2026-03-02', '2'],
      ['2026-03-01', '3'],
    ];
    for (const [day, name] of days) {
      const outcome = await execute(yaml, { day, file: `gs://billing/${name}.csv` });
      expect(outcome).toMatchObject({ status: 'COMPLETED', rowsWritten: name === '1' ? 2 : 1 });
    }
    const outside = await execute(yaml, { day: '2026-03-01', file: 'gs://billing/4.csv' });
    expect(outside).toMatchObject({ status: 'FAILED', errorCode: 'invalid_data' });
    expect(await rowsOf('loaded')).toEqual([
      { day: '2026-03-01', amount: 7 },
      { day: '2026-03-02', amount: 3 },
    ]);
  });
});
