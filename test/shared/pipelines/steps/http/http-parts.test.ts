import { createCsvPage } from '../../../../../shared/pipelines/steps/http/csv-page';
import { readJsonPage } from '../../../../../shared/pipelines/steps/http/json-page';
import { createSecretGuard } from '../../../../../shared/pipelines/steps/http/secret';

/** The text in two pieces, broken at every place. */
const splits = (text: string): readonly (readonly [Buffer, Buffer])[] => {
  const bytes = Buffer.from(text);
  return Array.from(bytes, (_, index) => [bytes.subarray(0, index), bytes.subarray(index)] as const);
};

describe('the guard of a secret', () => {
  it.each(['Bearer top-secret-token', 'top-secret-token', 'short'])(
    'finds %j in pieces, wherever it breaks',
    (secret) => {
      for (const pieces of splits(`id,note\n1,you sent ${secret}!\n`)) {
        const check = createSecretGuard(secret).checkPieces();
        expect(() => pieces.forEach(check)).toThrow('repeats the value of its secret header');
      }
    },
  );

  it('lets other texts pass, and everything if there is no secret', () => {
    const check = createSecretGuard('top-secret-token').checkPieces();
    for (const piece of ['top-', 'secret', ' token top-secret-toke']) check(Buffer.from(piece));
    createSecretGuard(undefined).check('top-secret-token');
    createSecretGuard(undefined).checkPieces()(Buffer.from('top-secret-token'));
  });

  it('finds a secret that JSON writes with escapes', () => {
    expect(() => createSecretGuard('a"b\\cdefgh').check(JSON.stringify({ note: 'a"b\\cdefgh' }))).toThrow(
      'repeats',
    );
  });
});

describe('a page of CSV', () => {
  const heading = '\ufeffid,"a ""b""\nc"\r\n';
  const take = (text: string, isFirst: boolean) =>
    splits(text).map((pieces) => {
      const page = createCsvPage({ skip_leading_rows: 1 }, isFirst);
      return [Buffer.concat(pieces.map(page.take)).toString(), page.hasRecords()];
    });

  it('loses its heading wherever it breaks, except on the first page', () => {
    for (const taken of take(`${heading}1,x\n`, false)) expect(taken).toEqual(['1,x\n', true]);
    for (const taken of take(`${heading}1,x\n`, true)) expect(taken).toEqual([`${heading}1,x\n`, true]);
  });

  it('has no records if it is only a heading', () => {
    for (const taken of take(heading, false)) expect(taken).toEqual(['', false]);
    for (const [, hasRecords] of take(`${heading}\r\n`, true)) expect(hasRecords).toBe(false);
  });
});

describe('a page of JSON', () => {
  it('keeps the digits of numbers that floating point does not hold', () => {
    const numbers =
      '[{"a":12345678901234567890,"b":0.1,"c":-1e400,"d":"1234567890123456789","e":1.0,"f":[{"g":1234567890.1234567}]}]';
    expect([...readJsonPage(Buffer.from(numbers), undefined).lines].join('')).toBe(
      '{"a":"12345678901234567890","b":0.1,"c":"-1e400","d":"1234567890123456789","e":1,"f":[{"g":"1234567890.1234567"}]}\n',
    );
  });

  it.each(['__proto__', 'constructor', 'items.length', 'items.0.id.x'])('has no records at %s', (path) => {
    expect(() => readJsonPage(Buffer.from('{"items":[{"id":1}]}'), path)).toThrow(
      `expected an array at '${path}', given `,
    );
  });
});
