import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { runLoadJob, valuesOfTable } from '../../support/load-job';
import { type LocalBigQuery, startLocalBigQuery } from '../../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

const load = (table: string, uris: string | string[], options?: object) =>
  runLoadJob(local, table, uris, options);
const valuesOf = (table: string) => valuesOfTable(local, table);

describe('a load', () => {
  it.each([
    ['gs://bucket/absent.csv', 'notFound', 'Not found: URI gs://bucket/absent.csv'],
    ['gs://bucket/absent*.csv', 'notFound', 'Not found: URI gs://bucket/absent*.csv'],
    ['gs://bucket/../bucket/one.csv', 'invalid', 'Invalid source URI'],
    ['gs://../data/lock', 'invalid', 'Invalid source URI'],
    ['/etc/passwd', 'invalid', 'Invalid source URI'],
    ['gs://bucket', 'invalid', 'Invalid source URI'],
  ])('of %s fails', async (uri, reason, message) => {
    const { status } = await load('nothing', uri);
    expect(status.errorResult).toMatchObject({ reason, message: expect.stringContaining(message) });
  });

  it('may be asked for in SQL, with a schema and options', async () => {
    local.putFile('bucket', 'words.csv', 'id,name\n1,a\n2,-\n');
    const files =
      "FROM FILES (format = 'CSV', uris = ['gs://bucket/words.csv'], skip_leading_rows = 1, null_markers = ['-'])";
    await local.client.query(`LOAD DATA INTO ds.words (id INT64, name STRING) CLUSTER BY id ${files}`);
    await local.client.query(`LOAD DATA INTO ds.words ${files}`);
    const rows = [
      ['1', 'a'],
      ['2', null],
    ];
    expect(await valuesOf('words')).toEqual([...rows, ...rows]);
    await local.client.query(`LOAD DATA OVERWRITE ds.words ${files}`);
    expect(await valuesOf('words')).toEqual(rows);
    const [metadata] = await local.client.dataset('ds').table('words').getMetadata();
    expect(metadata.clustering).toEqual({ fields: ['id'] });
    await expect(local.client.query(`LOAD DATA INTO ds.none ${files}`)).rejects.toThrow(
      'No schema specified',
    );
    const unlike = files.replace('skip_leading_rows = 1', "source_column_match = 'X'");
    await expect(local.client.query(`LOAD DATA INTO ds.words ${unlike}`)).rejects.toThrow(
      'Invalid option sourceColumnMatch',
    );
  });

  it('of a file behind a symbolic link fails, and the link is not followed', async () => {
    local.putFile('other', 'secret.csv', 'secret\n');
    local.putFile('bucket', 'here.csv', 'here\n');
    symlinkSync(join(local.folder, 'gcs/other'), join(local.folder, 'gcs/bucket/link'));
    const { status } = await load('nothing', 'gs://bucket/link/secret.csv');
    expect(status.errorResult).toMatchObject({
      reason: 'invalid',
      message: expect.stringContaining('gs://bucket/link/secret.csv: a symbolic link is in the way'),
    });
  });

  it.each([
    [
      'Avro',
      { sourceFormat: 'AVRO' },
      'Source format AVRO is not supported locally: use CSV, NEWLINE_DELIMITED_JSON, PARQUET.',
    ],
    [
      'auto-detection',
      { schema: undefined, autodetect: true },
      'Schema auto-detection is not supported locally',
    ],
    ['no schema', { schema: undefined }, 'No schema specified on job or table.'],
  ])('with %s is refused', async (_, options, message) => {
    const { status } = await load('refused', 'gs://bucket/one.csv', options);
    expect(status.errorResult.message).toContain(message);
  });

  it('of newline-delimited JSON reads nested values and long numbers exactly', async () => {
    const fields = [
      { name: 'cost', type: 'BIGNUMERIC' },
      { name: 'label', type: 'STRING', mode: 'REPEATED' },
      { name: 'r', type: 'RECORD', fields: [{ name: 'n', type: 'NUMERIC' }] },
      { name: 'j', type: 'JSON' },
    ];
    const lines = [
      '{"cost": 0.12345678901234567890123456789, "label": ["1234567890.1234567890", "b"], "r": {"n": 1.50}}',
      '',
      '{"j": {"a": [1]}}',
    ];
    local.putFile('bucket', 'rows.json', lines.join('\n'));
    const options = { sourceFormat: 'NEWLINE_DELIMITED_JSON', schema: { fields } };
    const { status } = await load('json', 'gs://bucket/rows.json', options);
    expect(status).toEqual({ state: 'DONE' });
    expect(await valuesOf('json')).toEqual([
      [
        '0.12345678901234567890123456789',
        [{ v: '1234567890.1234567890' }, { v: 'b' }],
        { f: [{ v: '1.5' }] },
        null,
      ],
      [null, [], null, '{"a":[1]}'],
    ]);
    local.putFile('bucket', 'bad.json', '{"cost": 1}\n{"nope": 1}\n');
    const bad = await load('json', 'gs://bucket/bad.json', options);
    expect(bad.status.errorResult.message).toBe(
      'Error while reading data, error message: JSON parsing error in row starting at position 12: no such field: nope.; line_number: 2 byte_offset_to_start_of_line: 12 File: gs://bucket/bad.json',
    );
  });
});

const sample = process.env.FOCUS_SAMPLE ?? join(__dirname, '../../../../../../shared/data/focus_sample.csv');
const withSample = existsSync(sample) ? it : it.skip;

withSample('the FOCUS sample loads to its known totals (skipped where the sample is absent)', async () => {
  const text = readFileSync(sample, 'utf8');
  local.putFile('billing', 'focus.csv', text);
  const decimal = new Set(['BilledCost', 'EffectiveCost', 'ListCost']);
  const names = text
    .slice(0, text.indexOf('\n'))
    .split(',')
    .map((name) => name.replaceAll('"', '').trim());
  const fields = names.map((name) => ({
    name,
    type: decimal.has(name) ? 'BIGNUMERIC' : name.startsWith('ChargePeriod') ? 'TIMESTAMP' : 'STRING',
  }));
  const { status } = await load('focus', 'gs://billing/focus.csv', {
    schema: { fields },
    skipLeadingRows: 1,
    nullMarker: 'NULL',
    allowQuotedNewlines: true,
  });
  expect(status).toEqual({ state: 'DONE' });
  const [rows] = await local.client.query(
    'SELECT COUNT(*) AS n, CAST(SUM(BilledCost) AS STRING) AS billed, CAST(SUM(EffectiveCost) AS STRING) AS effective, CAST(SUM(ListCost) AS STRING) AS list FROM ds.focus',
  );
  expect(rows).toEqual([
    { n: 1000, billed: '20.52022672899', effective: '14.97651418586', list: '20.39090575119' },
  ]);
});
