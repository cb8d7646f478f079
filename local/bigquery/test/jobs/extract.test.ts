import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type LocalBigQuery, newFolder, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds', { location: 'europe-west1' });
  await local.client.query({
    query: `CREATE TABLE ds.flat AS
      SELECT 9007199254740993 AS id, 'a,"b"\\nc' AS name, NUMERIC '1.50' AS cost, 1.5 AS ratio, TRUE AS is_new,
        DATE '2024-09-01' AS day, TIMESTAMP '2024-09-01 10:11:12.5+00' AS seen_at, b'xyz' AS raw
      UNION ALL SELECT 2, '', NULL, CAST('NaN' AS FLOAT64), FALSE, NULL, TIMESTAMP '1969-12-31 23:59:59.25+00', NULL
      UNION ALL SELECT 3, NULL, NULL, NULL, NULL, NULL, TIMESTAMP '2024-09-01 00:00:00+00', NULL`,
    location: 'europe-west1',
  });
  await local.client.query(`CREATE TABLE ds.nested AS
    SELECT STRUCT('<a & b>' AS label, 7 AS id) AS item, [1, 2] AS numbers, JSON '{"x": [1]}' AS document`);
});
afterAll(() => local.stop());

/** Runs an extract job to its end, however it ends. */
async function extract(tableId: string, uri: string, options: object = {}, datasetId = 'ds') {
  const sourceTable = { projectId: 'local', datasetId, tableId };
  const configuration = { extract: { sourceTable, destinationUris: [uri], ...options } };
  const [job] = await local.client.createJob({ jobId: randomUUID(), configuration });
  let [metadata] = await job.getMetadata();
  while (metadata.status.state !== 'DONE') [metadata] = await job.getMetadata();
  return metadata;
}

const pathOf = (name: string): string => join(local.folder, 'gcs', name);
const textOf = (name: string): string => readFileSync(pathOf(name), 'utf8');

describe('an extract', () => {
  it('does not write behind a symbolic link', async () => {
    const outside = newFolder();
    mkdirSync(pathOf('linked'), { recursive: true });
    symlinkSync(outside, pathOf('linked/away'));
    const { status } = await extract('flat', 'gs://linked/away/deep/flat.csv');
    expect(status.errorResult).toMatchObject({
      reason: 'invalid',
      message: expect.stringContaining('gs://linked/away/deep/flat.csv: a symbolic link is in the way'),
    });
    expect(readdirSync(outside)).toEqual([]);
    rmSync(outside, { recursive: true });
  });

  it('writes CSV with values as BigQuery does', async () => {
    const { status, statistics, configuration, jobReference } = await extract('flat', 'gs://out/a/flat.csv');
    expect(status).toEqual({ state: 'DONE' });
    expect(statistics.extract).toMatchObject({ destinationUriFileCounts: ['1'] });
    expect(Number(statistics.extract.inputBytes)).toBeGreaterThan(100);
    expect(configuration.jobType).toBe('EXTRACT');
    expect(jobReference.location).toBe('europe-west1');
    expect(textOf('out/a/flat.csv')).toBe(
      [
        'id,name,cost,ratio,is_new,day,seen_at,raw',
        '9007199254740993,"a,""b""\nc",1.5,1.5,true,2024-09-01,2024-09-01 10:11:12.5 UTC,eHl6',
        '2,"",,NaN,false,,1969-12-31 23:59:59.25 UTC,',
        '3,,,,,,2024-09-01 00:00:00 UTC,',
        '',
      ].join('\n'),
    );
  });

  it('writes JSON with values as BigQuery does', async () => {
    await extract('flat', 'gs://out/flat.ndjson', { destinationFormat: 'NEWLINE_DELIMITED_JSON' });
    expect(textOf('out/flat.ndjson').split('\n')).toEqual([
      String.raw`{"id":"9007199254740993","name":"a,\"b\"\nc","cost":"1.5","ratio":1.5,"is_new":true,"day":"2024-09-01","seen_at":"2024-09-01 10:11:12.5 UTC","raw":"eHl6"}`,
      '{"id":"2","name":"","ratio":"NaN","is_new":false,"seen_at":"1969-12-31 23:59:59.25 UTC"}',
      '{"id":"3","seen_at":"2024-09-01 00:00:00 UTC"}',
      '',
    ]);
    await extract('nested', 'gs://out/nested.ndjson', { destinationFormat: 'NEWLINE_DELIMITED_JSON' });
    expect(textOf('out/nested.ndjson')).toBe(
      String.raw`{"item":{"label":"\u003ca \u0026 b\u003e","id":"7"},"numbers":["1","2"],"document":{"x":[1]}}` +
        '\n',
    );
  });

  it('reads back as it was, in both formats', async () => {
    const [table] = await local.client.dataset('ds').table('flat').getMetadata();
    const [original] = await local.client.query('SELECT * FROM ds.flat ORDER BY id');
    for (const [format, options] of [
      ['CSV', { skipLeadingRows: 1, allowQuotedNewlines: true }],
      ['NEWLINE_DELIMITED_JSON', {}],
    ] as const) {
      await extract('flat', `gs://out/again.${format}`, { destinationFormat: format });
      const load = {
        sourceUris: [`gs://out/again.${format}`],
        sourceFormat: format,
        destinationTable: { projectId: 'local', datasetId: 'ds', tableId: `again_${format}` },
        schema: table.schema,
        ...options,
      };
      const [job] = await local.client.createJob({ configuration: { load } });
      await job.promise();
      const [rows] = await local.client.query(`SELECT * FROM ds.again_${format} ORDER BY id`);
      expect(rows).toEqual(original);
    }
  });

  it('takes header, delimiter, compression and a shard name from its options', async () => {
    const options = { printHeader: false, fieldDelimiter: '\t', compression: 'GZIP' };
    await extract('flat', 'gs://out/part-*.csv.gz', options);
    const text = gunzipSync(readFileSync(pathOf('out/part-000000000000.csv.gz'))).toString();
    expect(text.split('\n').at(-2)).toBe('3\t\t\t\t\t\t2024-09-01 00:00:00 UTC\t');
    expect(text).not.toContain('ratio');
  });

  it('is what EXPORT DATA does, too', async () => {
    const statement = (uri: string, format: string) =>
      `EXPORT DATA OPTIONS (uri = '${uri}', format = '${format}', header = TRUE, field_delimiter = ';') AS SELECT id, ratio FROM ds.flat WHERE id < 3`;
    await local.client.query(statement('gs://out/said-*.csv', 'CSV'));
    expect(textOf('out/said-000000000000.csv')).toBe('id;ratio\n2;NaN\n');
    await local.client.query(statement('gs://out/said-*.json', 'JSON'));
    expect(textOf('out/said-000000000000.json')).toBe('{"id":"2","ratio":"NaN"}\n');
    await expect(local.client.query(statement('gs://out/said.csv', 'CSV'))).rejects.toThrow(/wild card URI/);
    await expect(local.client.query(statement('gs://out/said-*', 'AVRO'))).rejects.toThrow(
      'EXPORT DATA with format AVRO is not supported by the local BigQuery.',
    );
  });

  it('replaces a file, and leaves nothing beside it', async () => {
    local.putFile('out', 'replaced.csv', 'x'.repeat(10_000));
    await extract('flat', 'gs://out/replaced.csv');
    expect(textOf('out/replaced.csv').split('\n')).toHaveLength(6);
    expect(readdirSync(pathOf('.writing'))).toEqual([]);
  });

  it('takes the rows of a query from the table that its job names', async () => {
    const [job] = await local.client.createQueryJob({ query: 'SELECT id FROM ds.flat WHERE id < 3' });
    await job.promise();
    const [{ configuration }] = await job.getMetadata();
    const { datasetId, tableId } = configuration.query.destinationTable;
    const { status, jobReference } = await extract(tableId, 'gs://out/query.csv', {}, datasetId);
    expect(status).toEqual({ state: 'DONE' });
    expect(jobReference.location).toBe('europe-west1');
    expect(textOf('out/query.csv')).toBe('id\n2\n');
    const gone = await extract('anonnothing', 'gs://out/gone.csv', {}, datasetId);
    expect(gone.status.errorResult).toMatchObject({ reason: 'notFound' });
  });

  it('finds the result of a query after a restart', async () => {
    const folder = newFolder();
    const before = await startLocalBigQuery({ folder });
    const [job] = await before.client.createQueryJob({ query: "SELECT 'kept' AS word", jobId: 'kept' });
    await job.promise();
    const [{ configuration }] = await job.getMetadata();
    await before.stop();
    const after = await startLocalBigQuery({ folder });
    const { destinationTable } = configuration.query;
    const extract = { sourceTable: destinationTable, destinationUris: ['gs://out/kept.csv'] };
    const [extracting] = await after.client.createJob({ configuration: { extract } });
    await extracting.promise();
    expect(readFileSync(join(folder, 'gcs/out/kept.csv'), 'utf8')).toBe('word\nkept\n');
    await after.stop();
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['a missing table', 'nope', 'gs://out/x.csv', {}, 'Not found: Table local:ds.nope'],
    ['no URI of Cloud Storage', 'flat', 's3://out/x.csv', {}, 'Invalid destination URI: s3://out/x.csv'],
    ['a URI that leaves its bucket', 'flat', 'gs://out/../x.csv', {}, 'Invalid destination URI'],
    ['two stars', 'flat', 'gs://out/*/*.csv', {}, 'Only one * is allowed'],
    [
      'nested fields in CSV',
      'nested',
      'gs://out/x.csv',
      {},
      'Operation cannot be performed on a nested schema',
    ],
    ['another compression', 'flat', 'gs://out/x.csv', { compression: 'SNAPPY' }, 'Compression SNAPPY'],
    ['another format', 'flat', 'gs://out/x.csv', { destinationFormat: 'AVRO' }, 'Destination format AVRO'],
    ['a long delimiter', 'flat', 'gs://out/x.csv', { fieldDelimiter: '||' }, 'Invalid field delimiter'],
  ])('fails for %s, and writes nothing', async (_, table, uri, options, expected) => {
    const { status } = await extract(table, uri, options);
    expect(status.errorResult.message).toContain(expected);
    expect(existsSync(pathOf('out/x.csv'))).toBe(false);
    expect(existsSync(pathOf('x.csv'))).toBe(false);
  });
});
