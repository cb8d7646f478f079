import { loadPipelines } from '../../../shared/definitions/pipelines';
import { findOpenEnd, findQueryParameters } from '../../../shared/definitions/sql-texts';
import { filesWith, problemsOf, query, withSchemas } from './schemas-directory';

describe('The SQL texts of a definition', () => {
  const waysOut: readonly (readonly [string, string, string, string])[] = [
    ['INFORMATION_SCHEMA', 'SELECT * FROM x.INFORMATION_SCHEMA.TABLES', 'INFORMATION_SCHEMA', 'shows other'],
    ['one in quotes', 'SELECT * FROM `x.information_schema.TABLES`', 'information_schema', 'shows other'],
    ['an escape', 'SELECT * FROM `INFORMATION\\x5fSCHEMA`.TABLES', '`INFORMATION\\', 'without a backslash'],
    ['a federated query', "SELECT * FROM EXTERNAL_QUERY('c', 'x')", 'EXTERNAL_QUERY', 'an external query'],
    ['a model', 'SELECT * FROM ML.PREDICT(MODEL x.m, TABLE t)', 'ML.PREDICT', 'models'],
    ['a model in quotes', 'SELECT `AI` . `GENERATE`("x")', 'AI` . `GENERATE`', 'models'],
  ];
  it.each(waysOut)('are refused if they read more than tables by %s', (_, sql, word, message) => {
    const told = problemsOf(query(`sql: |\n      ${sql}`));
    expect(told).toContain(`c.yaml:7:${sql.indexOf(word) + 7} step 'first', sql: ${word}: `);
    expect(told).toContain(message);
  });

  it.each([
    ['a comment that a carriage return ends', 'SELECT * FROM -- \r x.INFORMATION_SCHEMA.TABLES'],
    [
      'a text with a line separator',
      "SELECT r'\\\u2028', t.* FROM x.INFORMATION_SCHEMA.TABLES AS t WHERE 'a' = 'a'",
    ],
  ])('are refused even if this is hidden behind %s', (_, sql) => {
    expect(problemsOf(query(`sql: ${JSON.stringify(sql)}`))).toContain('INFORMATION_SCHEMA shows other');
  });

  it('may have the same words in texts and comments', () => {
    const sql = "SELECT 'INFORMATION_SCHEMA' AS ml, 'ML.PREDICT(' AS ai -- EXTERNAL_QUERY(";
    const files = filesWith(query(`sql: |\n      ${sql}`));
    expect(withSchemas(files, (directory) => loadPipelines(directory).size)).toBe(1);
  });
});

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
