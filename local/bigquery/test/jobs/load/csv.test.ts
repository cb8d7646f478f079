import { gzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { quotedFields } from '../../../jobs/load/csv-row';
import { columns, runLoadJob, valuesOfTable } from '../../support/load-job';
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

  it('tells nulls from the marker in quotes among quotes, breaks and empty lines', async () => {
    const lines = [
      '',
      '1,"say ""NULL""",1,NULL',
      '',
      '2,"NULL",1,',
      '3,"a\r\nNULL,NULL\n",NULL,NULL',
      '4,NULL,1,NULL',
    ];
    local.putFile('bucket', 'mixed.csv', lines.join('\r\n'));
    const options = { nullMarker: 'NULL', allowQuotedNewlines: true, maxBadRecords: 1 };
    const { status } = await load('mixed', 'gs://bucket/mixed.csv', options);
    expect(status.errors).toHaveLength(1);
    expect(status.errors[0].message).toContain("Could not parse '' as TIMESTAMP for field at (position 3)");
    expect(await valuesOf('mixed')).toEqual([
      ['1', 'say "NULL"', '1', null],
      ['3', 'a\r\nNULL,NULL\n', null, null],
      ['4', null, '1', null],
    ]);
  });

  it('reads two quotes as an empty text, and nothing as null, without a null marker', async () => {
    local.putFile('bucket', 'empty.csv', '1,"",,\n2,"a""",,\n3,,,\n');
    await load('empty', 'gs://bucket/empty.csv');
    expect((await valuesOf('empty')).map(([, name]) => name)).toEqual(['', 'a"', null]);
  });

  it('counts a record with a line break in quotes as one bad record among good ones', async () => {
    local.putFile('bucket', 'broken-lines.csv', '1,"a\nb",1,\n2,"c",1,\n');
    const { status } = await load('broken_lines', 'gs://bucket/broken-lines.csv', { maxBadRecords: 1 });
    expect(status.errors).toHaveLength(1);
    expect(await valuesOf('broken_lines')).toEqual([['2', 'c', '1', null]]);
  });

  it('reads quotes as text where there is no quote character', async () => {
    local.putFile('bucket', 'no-quotes.csv', '1,"a",1,\n2,",1,\n');
    await load('no_quotes', 'gs://bucket/no-quotes.csv', { quote: '' });
    expect((await valuesOf('no_quotes')).map(([, name]) => name)).toEqual(['"a"', '"']);
  });

  it('names a bad value in a file of many equal and many different ones, and its row', async () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => `${index},same,${index}.5,2024-09-01`);
    const good = `${lines.join('\n')}\n`;
    local.putFile('bucket', 'many-rows.csv', `${good}1,same,1.5.5,2024-09-01\n`);
    const { status } = await load('many_rows', 'gs://bucket/many-rows.csv');
    expect(status.errorResult.message).toBe(
      `Error while reading data, error message: Could not parse '1.5.5' as BIGNUMERIC for field cost (position 2) starting at location ${good.length}  with message 'Invalid BIGNUMERIC value: 1.5.5'; line_number: 5001 byte_offset_to_start_of_line: ${good.length} column_index: 2 column_name: "cost" column_type: BIGNUMERIC File: gs://bucket/many-rows.csv`,
    );
    local.putFile('bucket', 'many-rows.csv', good);
    await load('many_rows', 'gs://bucket/many-rows.csv');
    const [rows] = await local.client.query(
      'SELECT COUNT(DISTINCT id) AS ids, COUNT(DISTINCT cost) AS costs, CAST(SUM(cost) AS STRING) AS sum FROM ds.many_rows',
    );
    expect(rows).toEqual([{ ids: 5_000, costs: 5_000, sum: '12500000' }]);
  });

  it('reads letters of any length in UTF-8, and bytes that are not UTF-8 as the replacement character', async () => {
    const bytes = Buffer.concat([
      Buffer.from('1,ü€😀,1,\n2,'),
      Buffer.from([0x61, 0xff]),
      Buffer.from(',1,\n'),
    ]);
    local.putFile('bucket', 'letters.csv', bytes);
    await load('letters', 'gs://bucket/letters.csv', { encoding: 'UTF-8' });
    expect((await valuesOf('letters')).map(([, name]) => name)).toEqual(['ü€😀', 'a\ufffd']);
  });

  it.each([
    [
      'an encoding',
      { encoding: 'KOI8-R' },
      'Invalid encoding: KOI8-R. It must be one of UTF-8, ISO-8859-1, UTF-16LE, UTF-16BE, UTF-32LE, UTF-32BE.',
    ],
    ['a delimiter', { fieldDelimiter: '||' }, 'Invalid field delimiter "||": it must be one character.'],
  ])('refuses %s that it does not support', async (_, options, message) => {
    local.putFile('bucket', 'one.csv', '1,a,1,\n');
    const { status } = await load('refused', 'gs://bucket/one.csv', options);
    expect(status.errorResult.message).toBe(message);
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
      "Could not parse 'abc' as BIGNUMERIC for field cost (position 2) starting at location 7  with message 'Invalid BIGNUMERIC value: abc'; line_number: 2 byte_offset_to_start_of_line: 7 column_index: 2 column_name: \"cost\" column_type: BIGNUMERIC",
    ],
    [
      'too many values',
      '1,a,1,,x\n',
      'Too many values in row starting at position: 0. Found 5 column(s) while expected 4.; line_number: 1 byte_offset_to_start_of_line: 0',
    ],
    [
      'too few values',
      '1,a\n',
      'CSV table references column position 2, but line starting at position:0 contains only 2 columns.; line_number: 1 byte_offset_to_start_of_line: 0',
    ],
    [
      'an open quote',
      '1,"a,1,\n',
      'Error detected while parsing row starting at position: 0. Error: Missing close double quote (") character.; line_number: 1 byte_offset_to_start_of_line: 0',
    ],
    [
      'text behind a quote',
      '1,"a"b,1,\n',
      'Error detected while parsing row starting at position: 0. Error: Data between close double quote (") and field separator.; line_number: 1 byte_offset_to_start_of_line: 0',
    ],
    [
      'a line break in quotes',
      '1,"a\nb",1,\n',
      'Error detected while parsing row starting at position: 0. Error: Missing close double quote (") character.; line_number: 1 byte_offset_to_start_of_line: 0',
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

  it('with an id that was used before is answered with 409', async () => {
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

const texts = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ',', '\n', '\r', ' '), maxLength: 6 });
const plainTexts = fc.string({ unit: fc.constantFrom('a', 'ü', ' '), maxLength: 6 });
const fields = fc.oneof(
  texts.map((text) => ({ isQuoted: true, notation: `"${text.replaceAll('"', '""')}"`, text })),
  plainTexts.map((text) => ({ isQuoted: false, notation: text, text })),
);

describe('quotedFields', () => {
  it('says of every record that the parser reads which fields are in quotes', () => {
    fc.assert(
      fc.property(fc.array(fields, { minLength: 2, maxLength: 6 }), (record) => {
        const raw = `${record.map(({ notation }) => notation).join()}\r\n`;
        expect(parse(raw)).toEqual([record.map(({ text }) => text)]);
        expect(quotedFields(raw, ',', '"')).toEqual(record.map(({ isQuoted }) => isQuoted));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['after empty lines', '\r\n\n"a",b\n', [true, false]],
    ['of a single field', '"a"', [true]],
    ['that is empty', '"",,""', [true, false, true]],
    ['at the end of the file', 'a,"b""c"', [false, true]],
  ])('a field %s', (_, raw, expected) => {
    expect(quotedFields(raw, ',', '"')).toEqual(expected);
  });
});
