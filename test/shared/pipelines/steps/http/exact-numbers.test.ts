import fc from 'fast-check';
import { quoteInexactNumbers } from '../../../../../shared/pipelines/steps/http/exact-numbers';

const quoted = (json: string): string => quoteInexactNumbers(Buffer.from(json)).toString();

describe('numbers that floating point might not hold', () => {
  it.each([
    ['a long integer', '[1234567890123456]', '["1234567890123456"]'],
    ['a long fraction', '{"a":-0.1234567890123456}', '{"a":"-0.1234567890123456"}'],
    ['one too large', '[1e400,-1E+999 ]', '["1e400","-1E+999" ]'],
    ['many at once', `[${'1e309,'.repeat(99)}1e309]`, `[${'"1e309",'.repeat(99)}"1e309"]`],
  ])('become texts: %s', (_, json, expected) => expect(quoted(json)).toBe(expected));

  it.each([
    ['short numbers', '[0,-1,123456789012345,1.5e10,1E-7,true,false,null]'],
    ['digits in texts', '["1234567890123456","\\\\","\\"1234567890123456","é1e999"]'],
    ['what is no number', '[01234567890123456,1.2.3.4.5.6.7.8.9.0.1.2,--1234567890123456,1e999e1]'],
    ['a text without its end', '["1234567890123456'],
    ['a text that ends with a backslash', '["1234567890123456\\'],
    ['a name without quotes', '{1234567890123456 :1}'],
    ['nothing', ''],
  ])('are left alone: %s', (_, json) => expect(quoted(json)).toBe(json));

  it('become texts without changing any other value', () => {
    const texts = fc.oneof(fc.string(), fc.stringMatching(/^["\\0-9eE.,:+-]{0,40}$/));
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        texts,
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(null, true, false),
        fc.array(tie('value')),
        fc.dictionary(texts, tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, (given) => {
        const read: unknown = JSON.parse(quoted(JSON.stringify(given)), (_, each) =>
          typeof each === 'string' && isLong(each) ? Number(each) : each,
        );
        const withNumbers: unknown = JSON.parse(JSON.stringify(given), (_, each) =>
          typeof each === 'string' && isLong(each) ? Number(each) : each,
        );
        expect(read).toEqual(withNumbers);
      }),
    );
  });
});

const isLong = (text: string): boolean =>
  /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text) && text.replace(/\D/g, '').length > 15;
