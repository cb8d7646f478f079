import { findOpenEnd, findQueryParameters } from '../../../../shared/definitions/sql/sql-texts';

describe('A SQL text', () => {
  const texts: readonly (readonly [string, readonly string[]])[] = [
    ['SELECT @a, @b_1 + @a', ['a', 'b_1']],
    ['SELECT \'@a\', "@b", `@c`', []],
    ["SELECT '''it's @a''', \"\"\"@b\"\"\", r'@c'", []],
    ["SELECT '\\'@a', @b", ['b']],
    ['SELECT 1 -- @a\n, @b # @c\n, @d /* @e\n@f */', ['b', 'd']],
    ['SELECT @@time_zone, @@script.job_id, @a', ['a']],
    ['SELECT 1 -- @a\r, @b # @c\r, @d', ['b', 'd']],
    ["SELECT r'\\\u2028', @a, '@b'", ['a']],
  ];
  it.each(texts)('%j has the parameters %j', (sql, expected) => {
    expect(findQueryParameters(sql).map(({ name }) => name)).toEqual(expected);
  });

  it.each([
    ["SELECT '/*', \"'\", `it's`, r'\\', 'a' -- it's", undefined],
    ['SELECT 1 /* a */ / 2 /* b', 21],
    ["SELECT 'a", 7],
    ['SELECT """a"', 7],
    ['SELECT `a', 7],
  ])('%j leaves something open that begins at %s', (sql, expected) => {
    expect(findOpenEnd(sql)).toBe(expected);
  });
});
