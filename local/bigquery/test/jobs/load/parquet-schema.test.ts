import { valuesOfTable } from '../../support/load-job';
import { type LocalBigQuery, startLocalBigQuery } from '../../support/local-bigquery';
import { field, loadParquet, refusal, rowsOfParquet } from '../../support/parquet-job';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

const load = (table: string, names: string | readonly string[], options?: object) =>
  loadParquet(local, table, names, options);
const loaded = (table: string, names: string | readonly string[], options?: object) =>
  rowsOfParquet(local, table, names, options);

describe('a load of Parquet with a schema', () => {
  const schema = (...fields: object[]) => ({ schema: { fields } });

  it('gives values the types of the schema, columns in its order, null where there is no column', async () => {
    const fields = [
      field('LOCAL', 'DATETIME'),
      field('absent', 'STRING'),
      field('absents', 'STRING', 'REPEATED'),
      field('bytes', 'BYTES'),
      field('int64', 'INT64'),
    ];
    const rows = await loaded('given', 'types', { ...schema(...fields), ignoreUnknownValues: true });
    expect(rows).toEqual([
      ['2024-09-01T10:11:12.123456', null, [], 'AP+A', '-9223372036854775808'],
      ['1969-12-31T23:59:59.999999', null, [], '', '9007199254740993'],
      [null, null, [], null, null],
    ]);
  });

  it('reads the same decimals as what the schema says', async () => {
    const names = ['small', 'medium', 'numeric', 'fine'];
    const as = (type: string) => schema(...names.map((name) => field(name, type)));
    const numeric = await loaded('as_numeric', 'decimals', as('NUMERIC'));
    expect(await loaded('as_bignumeric', 'decimals', as('BIGNUMERIC'))).toEqual(numeric);
    expect(await loaded('as_string', 'decimals', as('STRING'))).toEqual(numeric);
    const fine = schema(field('fine', 'BIGNUMERIC'));
    expect(await loaded('fine', 'fine-decimals', fine)).toEqual([['0.000000000000000001']]);
  });

  it('takes a column that may have nulls for a required field as long as it has none', async () => {
    const fields = [field('id', 'INT64', 'REQUIRED'), field('name', 'STRING', 'REQUIRED')];
    expect(await loaded('strict', 'a', schema(...fields))).toEqual([['1', 'one']]);
  });

  it.each([
    [
      'another type',
      'text-ids',
      [field('id', 'INT64'), field('name', 'STRING')],
      "Parquet column 'id' has type BYTE_ARRAY (STRING) which does not match the target type INT64.",
    ],
    [
      'a wider number, which BigQuery does not make',
      'ids',
      [field('id', 'FLOAT64')],
      "Parquet column 'id' has type INT64 which does not match the target type FLOAT64.",
    ],
    ['JSON', 'ids', [field('id', 'JSON')], 'Unsupported field type: JSON. Field: id.'],
    [
      'a record for a value',
      'ids',
      [field('id', 'RECORD', 'NULLABLE', [field('n', 'INT64')])],
      "Parquet column 'id' has type INT64 which does not match the target type STRUCT.",
    ],
    [
      'a repeated field for a value',
      'ids',
      [field('id', 'INT64', 'REPEATED')],
      "Parquet column 'id' has mode NULLABLE which does not match the target mode REPEATED.",
    ],
    [
      'a repeated field for a list',
      'list-of-nulls',
      [field('list', 'INT64', 'REPEATED')],
      "Parquet column 'list' has mode NULLABLE which does not match the target mode REPEATED. Lists are groups unless enableListInference is set.",
    ],
    ['a column less', 'a', [field('id', 'INT64')], "Parquet column 'name' is not a field of the schema."],
    [
      'a required field that is no column',
      'ids',
      [field('id', 'INT64'), field('at', 'DATE', 'REQUIRED')],
      "Required field 'at' is no column of the file.",
    ],
    [
      'a required field that is null',
      'int96',
      [field('at', 'TIMESTAMP', 'REQUIRED')],
      "Required column 'at' is null in a row.",
    ],
    [
      'digits that the type does not have',
      'fine-decimals',
      [field('fine', 'NUMERIC')],
      "The value for column 'fine' is out of valid NUMERIC range: Value will lose precision after scaling down to NUMERIC type; scale: 18; input data: 1",
    ],
    [
      'a text that is too long',
      'text-ids',
      [field('id', 'STRING'), { ...field('name', 'STRING'), maxLength: '3' }],
      'Field name: STRING(3) has maximum length 3 but got a value with length 4.',
    ],
  ])('refuses %s', async (_, name, fields, detail) => {
    const { status } = await load('refused', name, schema(...fields));
    expect(status).toEqual(refusal(detail, name));
  });
});

describe('a load of Parquet without a schema', () => {
  it('adds to a table by its rules', async () => {
    await loaded('added', 'a');
    expect(await loaded('added', 'ids')).toEqual([
      ['1', 'one'],
      ['3', null],
    ]);
    expect(await loaded('added', 'required')).toHaveLength(3);
    expect(await loaded('added', 'text-ids', { writeDisposition: 'WRITE_TRUNCATE' })).toEqual([
      ['4', 'four'],
    ]);
  });

  it.each([
    ['another type', 'a', 'text-ids', 'Field id has changed type from INTEGER to STRING'],
    ['a column more', 'ids', 'a', 'Cannot add fields (field: name)'],
    ['a required column missing', 'required', 'required-ids', 'Field name is missing in new schema'],
    ['a required column with nulls', 'required', 'a', 'Field id has changed mode from REQUIRED to NULLABLE'],
  ])('does not add what does not fit: %s', async (_, first, second, detail) => {
    const table = `misfit_${second}_to_${first}`.replaceAll('-', '_');
    const before = await loaded(table, first);
    const { status } = await load(table, second);
    const message = `Provided Schema does not match Table local:ds.${table}. ${detail}`;
    expect(status.errorResult).toEqual({ reason: 'invalid', message });
    expect(await valuesOfTable(local, table)).toEqual(before);
  });
});
