import { parseFilter } from '../delivery/filter';

describe('filters', () => {
  const attributes = { type: 'tenant.onboarded', lang: 'en', 'iana.org/tag': 'x', quoted: 'a "b"' };

  it.each([
    ['', true],
    ['attributes:lang', true],
    ['attributes:other', false],
    ['attributes.lang = "en"', true],
    ['attributes.lang="de"', false],
    ['attributes.lang != "de"', true],
    ['attributes.other != "de"', true],
    ['attributes.other = ""', false],
    ['attributes."iana.org/tag" = "x"', true],
    ['attributes.quoted = "a \\"b\\""', true],
    ['hasPrefix(attributes.type, "tenant.")', true],
    ['hasPrefix(attributes.type, "run.")', false],
    ['hasPrefix(attributes.other, "")', false],
    ['NOT attributes:lang', false],
    ['-attributes:other', true],
    ['NOT NOT attributes:lang', true],
    ['attributes:lang AND attributes:type AND NOT attributes:other', true],
    ['attributes:other OR attributes:lang', true],
    ['attributes:lang AND (attributes:other OR attributes:type)', true],
    ['NOT (attributes:lang AND attributes:other)', true],
  ])('%s', (filter, expected) => {
    expect(parseFilter(filter)(attributes)).toBe(expected);
  });

  it.each([
    ['attributes:a AND attributes:b OR attributes:c', 'parentheses, where AND and OR are mixed'],
    ['attributes.a', 'expected = or !=, found its end'],
    ['attributes.a = b', 'expected a text in double quotes, found b'],
    ['attributes.a = "b', "not understood from '\"b' on"],
    ['data = "x"', 'expected attributes, found data'],
    ['(attributes:a', 'expected ), found its end'],
    ['hasPrefix(attributes.a "b")', 'expected ,, found "b"'],
    [`attributes.a = "${'x'.repeat(256)}"`, 'more than 256 bytes'],
  ])('refuses %s', (filter, words) => {
    expect(() => parseFilter(filter)).toThrow(words);
  });
});
