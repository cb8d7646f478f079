import fc from 'fast-check';
import { exactJson } from '../../store/values/exact-json';
import { runLoadJob, valuesOfTable } from '../support/load-job';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';
import { field } from '../support/parquet-job';

/** What makes a difference between ways to read JSON: numbers, names twice, escapes, and what is no JSON. */
const given = [
  ...['9007199254740993', '12345678901234567890', '18446744073709551615', '18446744073709551616'],
  ...['-9223372036854775808', '-9223372036854775809', '-0', '-0.0', '-0e5', '0.1', '1.0', '1.10', '1e2'],
  ...['1e400', '1e-400', '3.14159265358979323846', '0.30000000000000004', '100000000000000000000', '1e21'],
  ...['5e-324', '1.7976931348623157e308', '0.00001', '0.0001', '1e15', '123456789012345.0', '1.5e-10'],
  ...['123456789.123456789', '{"a":1,"a":2}', '{"b":1,"a":{"y":1,"x":2,"y":3}}'],
  ...[
    '{"é":1,"e":2,"Z":3,"":4}',
    '"\\u00e9\\n\\ud83d\\ude00\\u2028"',
    '"\\ud800"',
    '"a\tb"',
    '" \\/ \\b \\u007f"',
  ],
  ...[
    'NaN',
    '[1,]',
    '',
    ' null ',
    '{"a":1} x',
    '[1, 2 ,"x",true,[]]',
    '01',
    "{'a':1}",
    '1.',
    '.5',
    '+1',
    '{"a":}',
  ],
];

const numbers = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }).map(String),
  fc.tuple(fc.integer(), fc.nat(999), fc.integer({ min: -30, max: 30 })).map(([a, b, c]) => `${a}.${b}e${c}`),
);
const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    numbers,
    fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => JSON.stringify(text)),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => `[${items.join(', ')}]`),
    fc
      .array(fc.tuple(fc.constantFrom('a', 'b', 'B', 'é', '😀'), tie('value')), { maxLength: 4 })
      .map((members) => `{${members.map(([name, value]) => `"${name}": ${value}`).join()}}`),
  ),
})).value as fc.Arbitrary<string>;

describe('a JSON column', () => {
  let local: LocalBigQuery;
  beforeAll(async () => {
    local = await startLocalBigQuery({ memoryOnly: true });
    await local.client.createDataset('ds');
  });
  afterAll(() => local?.stop());

  it('keeps what PARSE_JSON of the engine keeps, and refuses what it refuses', async () => {
    const made = fc.sample(values, { numRuns: 300, seed: 7 });
    const texts = [...given, ...made];
    const [rows] = await local.client.query({
      query: `SELECT SAFE.PARSE_JSON(text) IS NULL AS refused, TO_JSON_STRING(SAFE.PARSE_JSON(text)) AS json
        FROM UNNEST(@texts) AS text WITH OFFSET AS place ORDER BY place`,
      params: { texts },
    });
    const expected = rows.map(
      ({ refused, json }: { refused: boolean; json: string | null }, index: number) => [
        texts[index],
        refused ? 'refused' : json,
      ],
    );
    const ours = texts.map((text) => {
      const exact = exactJson(text);
      return [text, 'text' in exact ? exact.text : 'refused'];
    });
    expect(ours).toEqual(expected);
  });

  let tables = 0;
  const ndjson = { sourceFormat: 'NEWLINE_DELIMITED_JSON' };
  /** The rows of a table of its own that a text is loaded into, or the job's error. */
  async function loaded(text: string, fields: object[], options: object = {}): Promise<unknown> {
    tables += 1;
    local.putFile('bucket', `json${tables}`, text);
    const uri = `gs://bucket/json${tables}`;
    const { status } = await runLoadJob(local, `json${tables}`, uri, { schema: { fields }, ...options });
    return status.errorResult?.message ?? (await valuesOfTable(local, `json${tables}`));
  }

  const json = field('j', 'JSON');
  const nested = field('r', 'RECORD', 'NULLABLE', [json, field('list', 'JSON', 'REPEATED')]);
  const value = '{"n":9007199254740993,"big":12345678901234567890,"a":1,"a":2,"z":-0.0}';
  const kept = '{"a":1,"big":12345678901234567890,"n":9007199254740993,"z":-0.0}';

  it('is exact from CSV, from JSON at any depth, and from rows that are streamed', async () => {
    expect(await loaded(`"${value.replaceAll('"', '""')}"\n`, [json])).toEqual([[kept]]);
    const line = `{"j": ${value}, "r": {"j": ${value}, "list": [1.10, ${value}, "x"]}}`;
    expect(await loaded(`${line}\n`, [json, nested], ndjson)).toMatch(/Invalid JSON value: x/);
    const sound = line.replace(', "x"]', ', [true]]');
    expect(await loaded(`${sound}\n`, [json, nested], ndjson)).toEqual([
      [kept, { f: [{ v: kept }, { v: [{ v: '1.1' }, { v: kept }, { v: '[true]' }] }] }],
    ]);
    const table = local.client.dataset('ds').table('streamed');
    await table.create({ schema: { fields: [json] } });
    await table.insert([{ j: value }]);
    expect(await valuesOfTable(local, 'streamed')).toEqual([[kept]]);
  });

  it.each([
    ['{"j": {"e": 1e400}}', 'Invalid JSON value: Input number: 1e400 is too large Field: j'],
    ['{"j": [0.12345678901234567890]}', 'cannot round-trip through string representation Field: j'],
    ['{"j": {"a": "\\ud800"}}', 'Parser terminated before end of string'],
    ['{"j": {"a": 1,}}', 'Parser terminated before end of string'],
  ])('refuses what PARSE_JSON refuses: %s', async (line, message) => {
    expect(await loaded(`${line}\n`, [json], ndjson)).toContain(message);
  });

  it('is NULL where JSON says null or nothing', async () => {
    expect(await loaded('{"j": null}\n{}\n', [json], ndjson)).toEqual([[null], [null]]);
  });

  it('says what it does not keep', () => {
    expect(exactJson('{"e":1e400}')).toEqual({ problem: 'Input number: 1e400 is too large' });
    expect(exactJson('[0.12345678901234567890]')).toMatchObject({
      problem: expect.stringMatching(/round-trip/),
    });
    expect(exactJson('{"a":1,}')).toEqual({ problem: "expected a name in double quotes, found '}'" });
    expect(exactJson('['.repeat(501))).toEqual({ problem: 'more than 500 levels of nesting' });
  });
});
