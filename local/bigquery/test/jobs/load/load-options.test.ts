import { rmSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { runLoadJob, valuesOfTable } from '../../support/load-job';
import { type LocalBigQuery, newFolder, startLocalBigQuery } from '../../support/local-bigquery';
import { bytesOf, field, loadParquet, rowsOfParquet, schemaOfTable } from '../../support/parquet-job';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

let tables = 0;
/** Loads a text as one file into a table of its own; its rows, or the job's error. */
async function loaded(text: string | Buffer, fields: object[], options: object = {}): Promise<unknown> {
  tables += 1;
  local.putFile('bucket', `file${tables}`, text);
  const uri = `gs://bucket/file${tables}`;
  const { status } = await runLoadJob(local, `t${tables}`, uri, { schema: { fields }, ...options });
  if (status.errorResult === undefined) return await valuesOfTable(local, `t${tables}`);
  return status.errorResult.message.replace(` File: ${uri}`, '');
}

const ndjson = { sourceFormat: 'NEWLINE_DELIMITED_JSON' };
const name = field('name', 'STRING');
const amount = field('amount', 'NUMERIC');
const id = field('id', 'INT64');
const wrong = 'Error while reading data, error message: ';

describe('columns by the names in the header', () => {
  const byName = { sourceColumnMatch: 'NAME', skipLeadingRows: 1 };

  it('find their fields in any order and case; a field that the file lacks is null', async () => {
    const text = '\ufeff"Amount",NAME \n1.5,a\n2,b\n';
    expect(await loaded(text, [id, name, amount], byName)).toEqual([
      [null, 'a', '1.5'],
      [null, 'b', '2'],
    ]);
  });

  it('are found in each file by itself, packed or not, below several leading rows', async () => {
    local.putFile('many', 'a.csv', 'made today\nname,amount\na,1\n');
    local.putFile('many', 'b.csv', gzipSync('made today\namount,name\n2,b\n'));
    const options = { ...byName, skipLeadingRows: 2, schema: { fields: [name, amount] } };
    await runLoadJob(local, 'many', 'gs://many/*.csv', options);
    expect(await valuesOfTable(local, 'many')).toEqual([
      ['a', '1'],
      ['b', '2'],
    ]);
  });

  it('leave out what is no field only where unknown values are ignored', async () => {
    const text = 'name,x_more,amount\na,?,1\n';
    expect(await loaded(text, [name, amount], { ...byName, ignoreUnknownValues: true })).toEqual([
      ['a', '1'],
    ]);
    expect(await loaded(text, [name, amount], byName)).toBe(
      `${wrong}Column 'x_more' of the header is not a field of the schema.`,
    );
  });

  it.each([
    ['a name twice', 'name,Name\na,b\n', "Duplicate column name 'Name' in the header."],
    ['a header of other names', 'x,y\n1,2\n', "Column 'x' of the header is not a field of the schema."],
    ['a header alone that does not fit', 'x\n', "Column 'x' of the header is not a field of the schema."],
  ])('refuse %s', async (_, text, message) => {
    expect(await loaded(text, [name, amount], byName)).toBe(wrong + message);
  });

  it('refuse a file without a required column, and rows of another width than the header', async () => {
    const required = { ...id, mode: 'REQUIRED' };
    expect(await loaded('name\na\n', [required, name], byName)).toBe(
      `${wrong}Required column 'id' is not in the header.`,
    );
    expect(await loaded('name\na,b\n', [id, name], byName)).toBe(
      `${wrong}Too many values in row starting at position: 5. Found 2 column(s) while expected 1.; line_number: 2 byte_offset_to_start_of_line: 5`,
    );
  });

  it('refuse a header that is not skipped, and names by position what is not asked for', async () => {
    expect(await loaded('name\n', [name], { sourceColumnMatch: 'NAME' })).toMatch(/skip_leading_rows/);
    expect(await loaded('amount,name\n1,2\n', [name, amount], { skipLeadingRows: 1 })).toEqual([['1', '2']]);
  });
});

describe('null markers', () => {
  it('are several, for all types, and texts in quotes are none of them', async () => {
    const text = 'NULL,\nn/a,1\n"NULL",n/a\n';
    expect(await loaded(text, [name, amount], { nullMarkers: ['', 'NULL', 'n/a'] })).toEqual([
      [null, null],
      [null, '1'],
      ['NULL', null],
    ]);
  });

  it('and a null marker exclude each other', async () => {
    expect(await loaded('a,1\n', [name, amount], { nullMarkers: [''], nullMarker: 'NULL' })).toBe(
      'null_marker and null_markers cannot be set at the same time.',
    );
  });
});

describe('numbers and places', () => {
  it.each(['1.0', '1.', '1e3', '1,0'])('whole numbers in CSV have no point: %s', async (text) => {
    expect(await loaded(`1\n"${text}"\n`, [id])).toMatch(
      `Could not parse '${text}' as INT64 for field id (position 0) starting at location 2`,
    );
  });

  it('a row that the parser cannot read is named by where it begins, behind letters, breaks and empty lines', async () => {
    const before = '\ufeffid,name\n1,ä€\n\n2,"x\r\ny"\r\n';
    const options = { skipLeadingRows: 1, allowQuotedNewlines: true };
    const position = Buffer.byteLength(before);
    expect(await loaded(`${before}3,"a\\"b"\n`, [id, name], options)).toBe(
      `${wrong}Error detected while parsing row starting at position: ${position}. Error: Data between close double quote (") and field separator.; line_number: 6 byte_offset_to_start_of_line: ${position}`,
    );
  });

  it('a byte order mark before JSON is passed over, and places count it', async () => {
    const text = '\ufeff{"id": 1}\n{"id": "x"}\n';
    expect(await loaded(text, [id], { ...ndjson, maxBadRecords: 1 })).toEqual([['1']]);
    expect(await loaded(text, [id], ndjson)).toMatch(/line_number: 2 byte_offset_to_start_of_line: 13$/);
  });

  it('lines of JSON that end in two characters are counted with both, across pieces of a file', async () => {
    const before = `{"id": 1}\r\n\r\n${'{"id": 12}\r\n'.repeat(30_000)}`;
    expect(await loaded(`${before}{"id": "ä"}`, [id], ndjson)).toMatch(
      new RegExp(`line_number: 30003 byte_offset_to_start_of_line: ${before.length}$`),
    );
    expect(await loaded('{"id":\r1}\r\n', [id], ndjson)).toEqual([['1']]);
  });

  it('a URI has one asterisk', async () => {
    const { status } = await runLoadJob(local, 'stars', 'gs://bucket/*/*.csv');
    expect(status.errorResult).toMatchObject({
      reason: 'invalid',
      message: 'Invalid source URI: gs://bucket/*/*.csv. It can have one asterisk only.',
    });
  });
});

describe('times', () => {
  const at = field('at', 'TIMESTAMP');
  const micros = (text: string) => String(Date.parse(text) * 1000);

  it.each([
    ['of a zone, in winter and summer', 'Europe/Berlin', '2024-01-01 12:00:00', '2024-01-01T11:00Z'],
    ['of a zone, in summer', 'Europe/Berlin', '2024-07-01 12:00:00', '2024-07-01T10:00Z'],
    ['in the hour that comes twice', 'Europe/Berlin', '2024-10-27 02:30:00', '2024-10-27T00:30Z'],
    ['of an offset', '-03:30', '2024-01-01 12:00:00', '2024-01-01T15:30Z'],
    ['with a zone of its own', 'Europe/Berlin', '2024-01-01 12:00:00 UTC', '2024-01-01T12:00Z'],
  ])('that name no zone are %s', async (_, timeZone, text, expected) => {
    expect(await loaded(`${text}\n`, [at], { timeZone })).toEqual([[micros(expected)]]);
    expect(await loaded(`{"at": "${text}"}\n`, [at], { timeZone, ...ndjson })).toEqual([[micros(expected)]]);
  });

  it('are read by formats', async () => {
    const fields = [field('d', 'DATE'), field('dt', 'DATETIME'), field('t', 'TIME'), at];
    const formats = {
      dateFormat: 'DD.MM.YYYY',
      datetimeFormat: 'MON DD, YYYY HH12:MI:SS AM',
      timeFormat: 'HH24"h"MI',
      timestampFormat: 'YYYY/MM/DD"T"HH24:MI:SS.FF3TZH:TZM',
    };
    const text = '3.9.2024,"Sep 03, 2024 12:05:06 am",9h30,2024/09/03T10:00:00.25+02:00\n';
    expect(await loaded(text, fields, formats)).toEqual([
      [
        '2024-09-03',
        '2024-09-03T00:05:06',
        '09:30:00',
        String(Date.parse('2024-09-03T08:00:00.250Z') * 1000),
      ],
    ]);
    expect(await loaded('2024-09-03,,,\n', fields, formats)).toMatch(
      "Could not parse '2024-09-03' as DATE for field d (position 0)",
    );
  });

  it.each([
    [{ timeZone: 'Europe/Atlantis' }, 'Invalid time zone: Europe/Atlantis'],
    [
      { dateFormat: '%d.%m.%Y' },
      "Invalid format '%d.%m.%Y' for DATE values: '%d.%m.%Y' begins with no format element",
    ],
    [{ timestampFormat: 'DD.MM.YYYY HH.MI.SS' }, 'HH12 needs AM or PM'],
    [{ dateFormat: 'DD.MM.' }, 'it has no year'],
    [{ dateFormat: 'DD.DD.YYYY' }, 'it says twice what the day is'],
  ])('of %j are refused', async (options, message) => {
    expect(await loaded('1\n', [at], options)).toMatch(message);
  });
});

describe('encodings', () => {
  const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();
  const utf32 = (text: string) =>
    Buffer.concat(
      [...text].map((letter) => {
        const bytes = Buffer.alloc(4);
        bytes.writeUInt32BE(letter.codePointAt(0) ?? 0);
        return bytes;
      }),
    );
  it.each([
    ['ISO-8859-1', Buffer.from('1,café\n', 'latin1'), 'café'],
    ['UTF-16LE', Buffer.from('\ufeff1,"a€😀"\n', 'utf16le'), 'a€😀'],
    ['UTF-16BE', swapped('1,a€😀\n'), 'a€😀'],
    ['UTF-32BE', utf32('\ufeff1,a€😀\n'), 'a€😀'],
    ['UTF-32LE', utf32('1,a€😀\n').swap32(), 'a€😀'],
  ])('%s', async (encoding, bytes, expected) => {
    expect(await loaded(bytes, [id, name], { encoding })).toEqual([['1', expected]]);
  });
});

describe('schema updates', () => {
  const addition = { schemaUpdateOptions: ['ALLOW_FIELD_ADDITION'] };
  const relaxation = { schemaUpdateOptions: ['ALLOW_FIELD_RELAXATION'] };

  it('add the columns of a file that carries its schema', async () => {
    await rowsOfParquet(local, 'wider', 'ids');
    expect(await rowsOfParquet(local, 'wider', 'a', addition)).toEqual([
      ['3', null],
      ['1', 'one'],
    ]);
    expect(await schemaOfTable(local, 'wider')).toMatchObject([{ name: 'id' }, { name: 'name' }]);
  });

  it('add the columns of a schema that is given, and relax those that it relaxes', async () => {
    local.putFile('bucket', 'one.csv', '1\n');
    local.putFile('bucket', 'two.csv', 'b,\n');
    const strict = { schema: { fields: [{ ...id, mode: 'REQUIRED' }] } };
    const loose = { schema: { fields: [name, id] } };
    await runLoadJob(local, 'relaxed', 'gs://bucket/one.csv', strict);
    const refused = await runLoadJob(local, 'relaxed', 'gs://bucket/two.csv', { ...loose, ...addition });
    expect(refused.status.errorResult).toBeUndefined();
    const both = { schemaUpdateOptions: ['ALLOW_FIELD_ADDITION', 'ALLOW_FIELD_RELAXATION'] };
    await runLoadJob(local, 'relaxed', 'gs://bucket/two.csv', { ...loose, ...both });
    expect(await schemaOfTable(local, 'relaxed')).toEqual([
      { name: 'id', type: 'INTEGER', mode: 'NULLABLE' },
      { name: 'name', type: 'STRING', mode: 'NULLABLE' },
    ]);
  });

  it('relax a required column of a file that carries its schema', async () => {
    await rowsOfParquet(local, 'loose', 'required');
    const { status } = await loadParquet(local, 'loose', 'a', relaxation);
    expect(status).toEqual({ state: 'DONE' });
    expect(await schemaOfTable(local, 'loose')).toMatchObject([{ mode: 'NULLABLE' }, { mode: 'NULLABLE' }]);
  });

  it('go with rows that are added only, or with a partition', async () => {
    const { status } = await loadParquet(local, 'wider', 'a', {
      ...addition,
      writeDisposition: 'WRITE_TRUNCATE',
    });
    expect(status.errorResult.message).toMatch(
      /^Schema update options should only be specified with WRITE_APPEND/,
    );
  });

  it('are durable: the table is the same after a restart', async () => {
    const folder = newFolder();
    const first = await startLocalBigQuery({ folder });
    await first.client.createDataset('ds');
    await rowsOfParquet(first, 'wider', 'ids');
    const rows = await rowsOfParquet(first, 'wider', 'a', addition);
    const schema = await schemaOfTable(first, 'wider');
    await first.stop();
    const second = await startLocalBigQuery({ folder });
    expect(await schemaOfTable(second, 'wider')).toEqual(schema);
    expect(await valuesOfTable(second, 'wider')).toEqual(rows);
    await second.stop();
    rmSync(folder, { recursive: true });
  });
});

describe('Parquet files under one wildcard', () => {
  it.each([
    [
      'a column more',
      ['a', 'ids'],
      'column 2 is name NULLABLE STRING in gs://pair/0.parquet, and none in gs://pair/1.parquet',
    ],
    [
      'another type',
      ['a', 'text-ids'],
      'column 1 is id NULLABLE INTEGER in gs://pair/0.parquet, and id NULLABLE STRING in',
    ],
  ])('have the same schema: %s is refused', async (_, names, message) => {
    for (const [index, each] of names.entries()) local.putFile('pair', `${index}.parquet`, bytesOf(each));
    const options = { schema: undefined, sourceFormat: 'PARQUET' };
    const { status } = await runLoadJob(local, 'pair', 'gs://pair/*.parquet', options);
    expect(status.errorResult.message).toMatch(message);
  });
});
