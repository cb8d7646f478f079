import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { z } from 'zod';
import { type LocalBigQuery, startLocalBigQuery } from '../../../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

const columns = [
  { name: 'id', type: 'INTEGER' },
  { name: 'name', type: 'STRING' },
  { name: 'cost', type: 'BIGNUMERIC' },
  { name: 'at', type: 'TIMESTAMP' },
];

/** Starts a load job and waits until it is done, however it ended. */
async function load(table: string, uris: string | string[], options: object = {}) {
  const jobId = randomUUID();
  const configuration = {
    load: {
      sourceUris: [uris].flat(),
      destinationTable: { projectId: 'local', datasetId: 'ds', tableId: table },
      schema: { fields: columns },
      ...options,
    },
  };
  const [job] = await local.client.createJob({ jobId, configuration });
  let [metadata] = await job.getMetadata();
  while (metadata.status.state !== 'DONE') [metadata] = await job.getMetadata();
  return metadata;
}

const pageSchema = z.object({ rows: z.array(z.object({ f: z.array(z.object({ v: z.unknown() })) })) });

async function valuesOf(table: string): Promise<unknown[][]> {
  const path = `/projects/local/datasets/ds/tables/${table}/data?formatOptions.useInt64Timestamp=true`;
  const response = await fetch(local.url + path);
  return pageSchema.parse(await response.json()).rows.map(({ f }) => f.map(({ v }) => v));
}

describe('a load of CSV', () => {
  it('reads values exactly, nulls, quotes and zones', async () => {
    const lines = [
      'id,name,cost,at',
      '1,"a, ""b""",0.00000080000,2024-09-18 22:00:00',
      '2,,12345678901234567890.12345678901234567890,2024-09-18T22:00:00.5Z',
      '3,"",-1e-3,2024-09-19 00:00:00+02:00',
      '4,NULL,,2024-09-18 22:00:00 UTC',
    ];
    local.putFile('bucket', 'exact.csv', `\ufeff${lines.join('\r\n')}\r\n`);
    const { status, statistics } = await load('exact', 'gs://bucket/exact.csv', { skipLeadingRows: 1 });
    expect(status).toEqual({ state: 'DONE' });
    expect(statistics.load).toMatchObject({ inputFiles: '1', outputRows: '4', badRecords: '0' });
    expect(await valuesOf('exact')).toEqual([
      ['1', 'a, "b"', '0.0000008', '1726696800000000'],
      ['2', null, '12345678901234567890.1234567890123456789', '1726696800500000'],
      ['3', '', '-0.001', '1726696800000000'],
      ['4', 'NULL', null, '1726696800000000'],
    ]);
  });

  it('takes the null marker only where it is not quoted', async () => {
    local.putFile('bucket', 'nulls.csv', '1,NULL,NULL,NULL\n2,"NULL",1,NULL\n');
    await load('nulls', 'gs://bucket/nulls.csv', { nullMarker: 'NULL' });
    expect(await valuesOf('nulls')).toEqual([
      ['1', null, null, null],
      ['2', 'NULL', '1', null],
    ]);
  });

  it('reads all files that a pattern matches, packed or not', async () => {
    local.putFile('many', 'in/a.csv', '1,a,1,\n');
    local.putFile('many', 'in/deep/b.csv', '2,b,2,\n');
    local.putFile('many', 'in/c.csv', gzipSync('3,c,3,\n'));
    local.putFile('many', 'out/d.csv', '4,d,4,\n');
    const { statistics } = await load('many', 'gs://many/in/*.csv');
    expect(statistics.load.inputFiles).toBe('3');
    expect((await valuesOf('many')).map(([id]) => id).sort()).toEqual(['1', '2', '3']);
  });

  it.each([
    [
      'a word for a number',
      '1,a,1,\n2,b,abc,\n',
      "Could not parse 'abc' as BIGNUMERIC for field cost (position 2) starting at location 7  with message 'Invalid BIGNUMERIC value: abc'",
    ],
    [
      'too many values',
      '1,a,1,,x\n',
      'Too many values in row starting at position: 0. Found 5 column(s) while expected 4.',
    ],
    [
      'too few values',
      '1,a\n',
      'CSV table references column position 2, but line starting at position:0 contains only 2 columns.',
    ],
    [
      'an open quote',
      '1,"a,1,\n',
      'Error detected while parsing row starting at position: 0. Error: Missing close double quote (") character.',
    ],
    [
      'text behind a quote',
      '1,"a"b,1,\n',
      'Error detected while parsing row starting at position: 0. Error: Data between close double quote (") and field separator.',
    ],
    [
      'a line break in quotes',
      '1,"a\nb",1,\n',
      'Error detected while parsing row starting at position: 0. Error: Missing close double quote (") character.',
    ],
  ])('fails on %s, names it, and changes nothing', async (_, text, detail) => {
    const uri = 'gs://bucket/broken.csv';
    local.putFile('bucket', 'broken.csv', text);
    const { status } = await load('broken', uri);
    expect(status.errorResult).toEqual({
      reason: 'invalid',
      location: uri,
      message: `Error while reading data, error message: ${detail} File: ${uri}`,
    });
    expect(await local.client.dataset('ds').table('broken').exists()).toEqual([false]);
  });

  it('leaves out as many bad records as it may', async () => {
    local.putFile('bucket', 'bad.csv', '1,a,1,\nx,b,1,\n3,c,1,,,\n4,d,1,\n');
    const uri = 'gs://bucket/bad.csv';
    const kept = await load('tolerant', uri, { maxBadRecords: 2 });
    expect(kept.status.errorResult).toBeUndefined();
    expect(kept.status.errors).toHaveLength(2);
    expect(kept.statistics.load).toMatchObject({ outputRows: '2', badRecords: '2' });
    const refused = await load('strict', uri, { maxBadRecords: 1 });
    expect(refused.status.errorResult).toMatchObject({ reason: 'invalid' });
  });

  it('does as its options say', async () => {
    local.putFile('bucket', 'options.csv', "1|'x|y\nz'\n2|b|1|2024-09-01|surplus\n");
    await load('options', 'gs://bucket/options.csv', {
      fieldDelimiter: '|',
      quote: "'",
      allowJaggedRows: true,
      allowQuotedNewlines: true,
      ignoreUnknownValues: true,
    });
    expect(await valuesOf('options')).toEqual([
      ['1', 'x|y\nz', null, null],
      ['2', 'b', '1', '1725148800000000'],
    ]);
  });

  it('writes by its dispositions', async () => {
    local.putFile('bucket', 'one.csv', '1,a,1,\n');
    const uri = 'gs://bucket/one.csv';
    await load('disposed', uri);
    await load('disposed', uri);
    expect(await valuesOf('disposed')).toHaveLength(2);
    await load('disposed', uri, { writeDisposition: 'WRITE_TRUNCATE' });
    expect(await valuesOf('disposed')).toHaveLength(1);
    const { status } = await load('disposed', uri, { writeDisposition: 'WRITE_EMPTY' });
    expect(status.errorResult).toMatchObject({ reason: 'duplicate' });
    expect(await valuesOf('disposed')).toHaveLength(1);
  });

  it('is answered with 409 the second time its id comes', async () => {
    local.putFile('bucket', 'one.csv', '1,a,1,\n');
    const job = {
      jobId: 'load-once',
      configuration: {
        load: {
          sourceUris: ['gs://bucket/one.csv'],
          destinationTable: { projectId: 'local', datasetId: 'ds', tableId: 'loaded_once' },
          schema: { fields: columns },
        },
      },
    };
    await local.client.createJob(job);
    await expect(local.client.createJob(job)).rejects.toMatchObject({
      code: 409,
      message: 'Already Exists: Job local:US.load-once',
    });
  });
});

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

  it.each([
    ['Parquet', { sourceFormat: 'PARQUET' }, 'Source format PARQUET is not supported locally'],
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
      'Error while reading data, error message: JSON parsing error in row starting at position 12: no such field: nope. File: gs://bucket/bad.json',
    );
  });
});

const sample = process.env.FOCUS_SAMPLE ?? join(__dirname, '../../../../../shared/data/focus_sample.csv');
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
