import fc from 'fast-check';
import { exactJson } from '../../store/values/exact-json';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

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

  it('says what it does not keep', () => {
    expect(exactJson('{"e":1e400}')).toEqual({ problem: 'Input number: 1e400 is too large' });
    expect(exactJson('[0.12345678901234567890]')).toMatchObject({
      problem: expect.stringMatching(/round-trip/),
    });
    expect(exactJson('{"a":1,}')).toEqual({ problem: "expected a name in double quotes, found '}'" });
    expect(exactJson('['.repeat(501))).toEqual({ problem: 'more than 500 levels of nesting' });
  });
});
