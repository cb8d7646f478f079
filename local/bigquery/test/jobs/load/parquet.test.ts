import { type LocalBigQuery, startLocalBigQuery } from '../../support/local-bigquery';
import { bytesOf, field, loadParquet, rowsOfParquet, schemaOfTable } from '../../support/parquet-job';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

const loaded = (table: string, names: string | readonly string[], options?: object) =>
  rowsOfParquet(local, table, names, options);
const schemaOf = (table: string) => schemaOfTable(local, table);

const types = [
  ['bool', 'BOOLEAN', 'true', 'false'],
  ['int8', 'INTEGER', '-128', '127'],
  ['int32', 'INTEGER', '-2147483648', '2147483647'],
  ['int64', 'INTEGER', '-9223372036854775808', '9007199254740993'],
  ['uint8', 'INTEGER', '255', '0'],
  ['uint32', 'INTEGER', '4294967295', '0'],
  ['uint64', 'INTEGER', '9223372036854775807', '0'],
  ['float', 'FLOAT', '0.10000000149011612', '-0.5'],
  ['double', 'FLOAT', '0.1', 'NaN'],
  ['text', 'STRING', 'héllo ☃', ''],
  ['bytes', 'BYTES', 'AP+A', ''],
  ['fixed', 'BYTES', 'YWJj', 'AAEC'],
  ['date', 'DATE', '0001-01-01', '9999-12-31'],
  ['time_ms', 'TIME', '23:59:59.999000', '00:00:00'],
  ['time_us', 'TIME', '23:59:59.999999', '00:00:00'],
  ['ts_ms', 'TIMESTAMP', '1725185472123000', '-62135596800000000'],
  ['ts_us', 'TIMESTAMP', '1725185472123456', '253402300799999999'],
  ['local', 'TIMESTAMP', '1725185472123456', '-1'],
  ['nothing', 'INTEGER', null, null],
] as const;

describe('a load of Parquet without a schema', () => {
  it.each([
    ['snappy and dictionaries', 'types'],
    ['gzip', 'types-gzip'],
    ['zstd and pages of version 2', 'types-zstd'],
    ['lz4 and pages of version 2', 'types-lz4'],
    ['no compression and split streams of bytes', 'types-none'],
  ])('reads every type exactly: %s', async (_, name) => {
    expect(await loaded(name, name)).toEqual([
      types.map(([, , first]) => first),
      types.map(([, , , second]) => second),
      types.map(() => null),
    ]);
    expect(await schemaOf(name)).toEqual(types.map(([column, type]) => field(column, type)));
  });

  it.each([
    ['pages of version 1', 'nested'],
    ['pages of version 2, two row groups', 'nested-v2'],
  ])('reads groups as records, lists and maps as records of repeated records: %s', async (_, name) => {
    expect(await loaded(name, name)).toEqual([
      [
        '1',
        ['1152921504606846977', 'a'],
        [[['a'], ['b']]],
        [[[['1', 'x']], [[null, 'y']]]],
        [
          [
            ['b', '1.5'],
            ['a', null],
          ],
        ],
        [[[[['2024-09-01'], ['2024-09-02']]]]],
      ],
      ['2', [null, null], [[]], [[]], [[]], [[[[]]]]],
      ['3', null, null, null, null, [null]],
      ['4', ['4', ''], [[['c']]], [[[['3', null]]]], [[['b', '2']]], null],
    ]);
    const pair = [field('n', 'INTEGER'), field('s', 'STRING')];
    const list = (element: object) => [field('list', 'RECORD', 'REPEATED', [element])];
    expect(await schemaOf(name)).toEqual([
      field('id', 'INTEGER', 'REQUIRED'),
      field('pair', 'RECORD', 'NULLABLE', pair),
      field('list', 'RECORD', 'NULLABLE', list(field('element', 'STRING'))),
      field('pairs', 'RECORD', 'NULLABLE', list(field('element', 'RECORD', 'NULLABLE', pair))),
      field('map', 'RECORD', 'NULLABLE', [
        field('key_value', 'RECORD', 'REPEATED', [
          field('key', 'STRING', 'REQUIRED'),
          field('value', 'NUMERIC'),
        ]),
      ]),
      field('deep', 'RECORD', 'NULLABLE', [
        field('inner', 'RECORD', 'NULLABLE', [
          field('dates', 'RECORD', 'NULLABLE', list(field('element', 'DATE'))),
        ]),
      ]),
    ]);
  });

  it('reads lists and maps as repeated fields where the options say so', async () => {
    const parquetOptions = { enableListInference: true, mapTargetType: 'ARRAY_OF_STRUCT' };
    expect(await loaded('inferred', 'nested', { parquetOptions })).toEqual([
      [
        '1',
        ['1152921504606846977', 'a'],
        ['a', 'b'],
        [
          ['1', 'x'],
          [null, 'y'],
        ],
        [
          ['b', '1.5'],
          ['a', null],
        ],
        [[['2024-09-01', '2024-09-02']]],
      ],
      ['2', [null, null], [], [], [], [[[]]]],
      ['3', null, [], [], [], [null]],
      ['4', ['4', ''], ['c'], [['3', null]], [['b', '2']], null],
    ]);
    expect(await schemaOf('inferred')).toContainEqual(field('list', 'STRING', 'REPEATED'));
  });

  it('reads repeated fields that are no lists, and lists of two levels', async () => {
    const bare = await loaded('bare', 'repeated');
    expect(bare).toEqual([
      [['1', '2'], [], [['8', '9']]],
      [[], [['7'], [null]], null],
    ]);
    const parquetOptions = { enableListInference: true };
    const inferred = await loaded('bare_inferred', 'repeated', { parquetOptions });
    expect(inferred.map((row) => row[2])).toEqual([['8', '9'], []]);
  });

  it('reads all row groups, in their order', async () => {
    const rows = await loaded('groups', 'groups');
    expect(rows).toHaveLength(1000);
    for (const [n, row] of rows.entries()) {
      const cost = n % 7 === 0 ? null : String(n / 8);
      const tags = [Array.from({ length: n % 3 }, () => ['t'])];
      expect(row).toEqual([String(n), n % 3 ? 'hour' : 'byte', cost, tags]);
    }
  });

  it('reads decimals of every width digit by digit', async () => {
    expect(await loaded('decimals', 'decimals')).toEqual([
      ['1234567.89', '123456789.123456789', '12345678901234567890123456789.123456789', '1.5'],
      ['-0.01', '-1.5', '-99999999999999999999999999999.999999999', '-2.000000001'],
      [null, null, null, null],
    ]);
  });

  const big = '12345678901234567890123456789012345678.00000000000000000000000000000000000001';
  it.each([
    ['BIGNUMERIC', ['NUMERIC', 'BIGNUMERIC', 'STRING']],
    ['STRING', ['NUMERIC', 'STRING']],
  ])('reads decimals as %s where the target types are %j', async (type, decimalTargetTypes) => {
    const table = `big_${type}`;
    expect(await loaded(table, 'big-decimals', { decimalTargetTypes })).toEqual([[big], ['-0.25'], [null]]);
    expect(await schemaOf(table)).toEqual([field('big', type)]);
  });

  it('reads INT96 to the microsecond', async () => {
    expect(await loaded('int96', 'int96')).toEqual([['1725185472123456'], [null]]);
  });

  it('reads enums as bytes, or as texts where the options say so', async () => {
    expect(await loaded('enum_bytes', 'enum')).toEqual([['TE9X'], [null], ['SElHSA==']]);
    const options = { parquetOptions: { enumAsString: true } };
    expect(await loaded('enum_text', 'enum', options)).toEqual([['LOW'], [null], ['HIGH']]);
  });

  it('makes a table of a file without rows', async () => {
    expect(await loaded('empty', 'empty')).toEqual([]);
    expect(await schemaOf('empty')).toEqual([field('id', 'INTEGER'), field('name', 'STRING')]);
  });

  it('takes the schema of the last file in the alphabet, and columns by their names in any case', async () => {
    expect(await loaded('several', ['b', 'a', 'ids'], { ignoreUnknownValues: true })).toEqual([
      ['2'],
      ['1'],
      ['3'],
    ]);
    expect(await loaded('both', ['b', 'a'])).toEqual([
      ['two', '2'],
      ['one', '1'],
    ]);
    expect(await schemaOf('both')).toEqual([field('Name', 'STRING'), field('ID', 'INTEGER')]);
  });

  it('counts files, bytes and rows', async () => {
    const { statistics } = await loadParquet(local, 'counted', 'types');
    expect(statistics.load).toMatchObject({
      inputFiles: '1',
      inputFileBytes: String(bytesOf('types').length),
      outputRows: '3',
      badRecords: '0',
    });
  });
});
