import { join } from 'node:path';
import { loadPipeline, loadPipelines } from '../../../shared/definitions/pipelines';
import { findOpenEnd, findQueryParameters } from '../../../shared/definitions/sql-parameters';
import { messageOf, withSchemas } from './schemas-directory';

const schemas = join(__dirname, '../../../schemas');
const tables = { 'tables/x_meta_tenants.json': '{}' };

/** What loading one definition says is wrong. */
function problemsOf(yaml: string, more: Record<string, string> = {}): string {
  const files = { ...tables, 'pipelines/a/b/c.yaml': yaml, ...more };
  return withSchemas(files, (directory) => messageOf(() => loadPipelines(directory)));
}

const query = (more = '') => `
description: A pipeline
steps:
  - id: first
    type: query
    ${more}
`;

describe('schemas/pipelines', () => {
  it('loads the pipelines that ship, by path', () => {
    const pipelines = loadPipelines(schemas);
    expect([...pipelines.keys()]).toEqual([
      'focus/billing/daily_costs',
      'gcp/billing/daily_costs',
      'gcp/example/dryrun',
    ]);
    expect(loadPipeline(schemas, 'focus/billing/daily_costs')).toBe(
      pipelines.get('focus/billing/daily_costs'),
    );
  });

  it('puts files beside the definition into its steps, and fills in what is left out', () => {
    const steps = loadPipeline(schemas, 'focus/billing/daily_costs')?.steps;
    expect(steps?.[0]).toMatchObject({ type: 'load', schema: expect.arrayContaining([]), needs: [] });
    expect(steps?.[1]).toMatchObject({
      type: 'query',
      sql: expect.stringContaining('FROM focus_costs'),
      retry: { max_attempts: 3, initial_backoff_seconds: 1, max_backoff_seconds: 30 },
    });
  });

  it.each([
    'a/b/nope',
    'gcp/example',
    'gcp/example/dryrun/x',
    '../gcp/example',
    'gcp/../dryrun',
    'gcp/example/dryrun.yaml',
    'gcp/example/DRYRUN',
    '',
  ])('has no pipeline %j', (path) => {
    expect(loadPipeline(schemas, path)).toBeUndefined();
  });

  const step = "step 'first',";
  const wrong: readonly (readonly [string, string, string])[] = [
    ['text that is not YAML', 'a: [', 'c.yaml:1:5 is not one YAML document'],
    [
      'a key given twice',
      'description: A\ndescription: B\nsteps: []',
      'c.yaml:2:1 is not one YAML document: Map keys must be unique',
    ],
    ['no steps', 'description: A\nsteps: []', 'c.yaml:2:8 steps: expected at least one step'],
    ['an unknown field', query('sql: SELECT 1\n    slq: x'), `${step} slq: is not a known field`],
    [
      'an unknown type',
      query().replace('query', 'qery'),
      `${step} type: expected one of query, load, quality`,
    ],
    ['neither sql nor sql_file', query(), `${step} sql: expected either sql or sql_file`],
    [
      'both sql and sql_file',
      query('sql: SELECT 1\n    sql_file: x.sql'),
      `${step} sql: expected either sql or`,
    ],
    ['a missing sql file', query('sql_file: nope.sql'), 'nope.sql: cannot be read: no such file'],
    [
      'a path as sql file',
      query('sql_file: ../x.sql'),
      `${step} sql_file: expected the name of a file beside`,
    ],
    [
      'an undeclared parameter',
      query('sql: SELECT @nope'),
      "c.yaml:6:17 step 'first', sql: @nope is not a parameter",
    ],
    [
      'an unknown need',
      query('sql: SELECT 1\n    needs: [x]'),
      "step 'first' needs 'x', which is not a step",
    ],
    ['a cycle', query('sql: SELECT 1\n    needs: [first]'), 'steps wait for each other: first → first'],
    [
      'a metadata table as destination',
      query('sql: SELECT 1\n    destination: { table: Tenants, write_disposition: WRITE_TRUNCATE }'),
      "step 'first', destination.table: expected a table of the pipeline's own",
    ],
    [
      'an unknown write disposition',
      query('sql: SELECT 1\n    destination: { table: t, write_disposition: TRUNCATE }'),
      `${step} destination.write_disposition: expected one of WRITE_TRUNCATE`,
    ],
    [
      'a limit below what BigQuery bills',
      query('sql: SELECT 1\n    maximum_bytes_billed: 5'),
      `${step} maximum_bytes_billed:`,
    ],
    [
      'a default of the wrong type',
      `parameters:\n  p: { type: INT64, default: x, description: P }${query('sql: SELECT @p')}`,
      "parameters.p.default: Parameter 'p' must be an INT64",
    ],
    [
      'a required parameter with a default',
      `parameters:\n  p: { type: INT64, default: 5, required: true, description: P }${query('sql: SELECT @p')}`,
      'parameters.p.default: expected either required: true or a default',
    ],
    [
      'a pattern that is none',
      `parameters:\n  p: { type: STRING, pattern: '(', description: P }${query('sql: SELECT @p')}`,
      'parameters.p.pattern: expected a regular expression, given "("',
    ],
  ];
  const waysOut: readonly (readonly [string, string, string, string])[] = [
    [
      'INFORMATION_SCHEMA',
      'SELECT * FROM x.INFORMATION_SCHEMA.TABLES',
      'INFORMATION_SCHEMA',
      'tells of other',
    ],
    ['one in quotes', 'SELECT * FROM `x.information_schema.TABLES`', 'information_schema', 'tells of other'],
    ['an escape', 'SELECT * FROM `INFORMATION\\x5fSCHEMA`.TABLES', '`INFORMATION\\', 'without a backslash'],
    ['a federated query', "SELECT * FROM EXTERNAL_QUERY('c', 'x')", 'EXTERNAL_QUERY', 'an external query'],
    ['a model', 'SELECT * FROM ML.PREDICT(MODEL x.m, TABLE t)', 'ML.PREDICT', 'models'],
    ['a model in quotes', 'SELECT `AI` . `GENERATE`("x")', 'AI` . `GENERATE`', 'models'],
  ];
  it.each(waysOut)('refuses SQL that leaves its tables by %s', (_, sql, word, message) => {
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
  ])('refuses what is hidden behind %s', (_, sql) => {
    expect(problemsOf(query(`sql: ${JSON.stringify(sql)}`))).toContain('INFORMATION_SCHEMA tells of other');
  });

  it('allows the same words in texts and comments', () => {
    const sql = "SELECT 'INFORMATION_SCHEMA' AS ml, 'ML.PREDICT(' AS ai -- EXTERNAL_QUERY(";
    const files = { ...tables, 'pipelines/a/b/c.yaml': query(`sql: |\n      ${sql}`) };
    expect(withSchemas(files, (directory) => loadPipelines(directory).size)).toBe(1);
  });

  it.each(wrong)('refuses %s, naming file, step and field', (_, yaml, expected) => {
    const message = problemsOf(yaml);
    expect(message).toContain('/pipelines/a/b/');
    expect(message).toContain(expected);
  });

  const load = (more: string) => `
description: A pipeline
sources: [gs://b/]
steps:
  - id: first
    type: load
    format: CSV
    destination: { table: t, write_disposition: WRITE_TRUNCATE }
    ${more}
`;
  const wrongLoads: readonly (readonly [string, string, string])[] = [
    [
      'no source',
      'schema: [{ name: a, type: STRING }]',
      'expected either source_uris or source_uri_parameter',
    ],
    [
      'a source outside gs://',
      'source_uris: [/etc/passwd]',
      'source_uris[0]: expected a URI like gs://bucket/path',
    ],
    ['no schema', 'source_uris: ["gs://b/f"]', `${step} schema: expected schema or schema_file`],
    [
      'an undeclared source parameter',
      'source_uri_parameter: uri\n    schema: [{ name: a, type: STRING }]',
      "source_uri_parameter: expected a STRING parameter that is required or has a default, given 'uri'",
    ],
    [
      'a wrong column type',
      'source_uris: ["gs://b/f"]\n    schema: [{ name: a, type: TEXT }]',
      `${step} schema[0] ('a').type: expected one of STRING`,
    ],
  ];
  it.each(wrongLoads)('refuses a load with %s', (_, more, expected) => {
    expect(problemsOf(load(more))).toContain(expected);
  });

  const wrongSources: readonly (readonly [string, string, string])[] = [
    [
      'a source of no such form',
      'sources: [gs://b]',
      'sources[0]: expected a dataset, project.dataset, gs://',
    ],
    ['all datasets', 'sources: [acme.*]', 'sources[0]: expected a dataset, project.dataset, gs://'],
    [
      'a file outside of its sources',
      'sources: [gs://c/]',
      `${step} source_uris[0]: It reads gs://b/f; expected one below the definition's sources (gs://c/).`,
    ],
    ['a file and no sources', 'sources: []', "expected one below the definition's sources (none)."],
  ];
  it.each(wrongSources)('refuses %s', (_, sources, expected) => {
    const yaml = load('source_uris: [gs://b/f]\n    schema: [{ name: a, type: STRING }]');
    expect(problemsOf(yaml.replace('sources: [gs://b/]', sources))).toContain(expected);
  });

  it('refuses a parameter for files where no files are sources', () => {
    const uri = 'parameters:\n  uri: { type: STRING, required: true, description: A file. }\n';
    const yaml = load('source_uri_parameter: uri\n    schema: [{ name: a, type: STRING }]');
    expect(problemsOf(uri + yaml.replace('sources: [gs://b/]', 'sources: [rates]'))).toContain(
      `${step} source_uri_parameter: expected files among the sources of the definition`,
    );
  });

  const quality = (check: string) => `
description: A pipeline
steps:
  - id: first
    type: quality
    table: t
    checks:
      - ${check}
`;
  const wrongChecks: readonly (readonly [string, string, string])[] = [
    [
      'of an unknown type',
      '{ name: c, type: nulls }',
      "checks[0] ('c').type: expected one of not_null, unique",
    ],
    ['without bounds', '{ name: c, type: row_count }', "checks[0] ('c').min: expected min, max or both"],
    [
      'on what is no column',
      '{ name: c, type: unique, columns: ["a`b"] }',
      "checks[0] ('c').columns[0]: expected a",
    ],
    [
      'that ends with a semicolon',
      '{ name: c, type: sql, sql: "SELECT 1;" }',
      "checks[0] ('c').sql: expected a query",
    ],
    [
      'that leaves a text open, which lets out what the next has in quotes',
      `{ name: c, type: sql, sql: 'SELECT """' }\n      - { name: d, type: sql, sql: '""" UNION ALL SELECT * FROM x.INFORMATION_SCHEMA.TABLES """' }`,
      "checks[0] ('c').sql: expected comments, texts and quoted names that end",
    ],
    [
      'with an undeclared parameter',
      '{ name: c, type: sql, sql: SELECT @x }',
      "checks[0] ('c').sql: @x is not a",
    ],
    [
      'named like another',
      '{ name: c, type: row_count, min: 1 }\n      - { name: c, type: row_count, min: 1 }',
      "check 'c' is defined twice",
    ],
  ];
  it.each(wrongChecks)('refuses a check %s', (_, check, expected) => {
    expect(problemsOf(quality(check))).toContain(expected);
  });

  it('refuses folders and files of other names', () => {
    expect(problemsOf(query('sql: SELECT 1'), { 'pipelines/a/b/Big.yaml': '' })).toContain(
      "Big.yaml: expected a name of 1 to 64 of a-z, 0-9 and _, given 'Big'",
    );
    expect(problemsOf(query('sql: SELECT 1'), { 'pipelines/a-b/c/d.yaml': '' })).toContain("given 'a-b'");
    expect(problemsOf(query('sql: SELECT 1'), { 'pipelines/a/b/other.yml': '' })).toContain(
      'other.yml: expected a name that ends in .yaml',
    );
  });
});

describe('the parameters of a SQL text', () => {
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
  it.each(texts)('%j: %j', (sql, expected) => {
    expect(findQueryParameters(sql).map(({ name }) => name)).toEqual(expected);
  });

  it.each([
    ["SELECT '/*', \"'\", `it's`, r'\\', 'a' -- it's", undefined],
    ['SELECT 1 /* a */ / 2 /* b', 21],
    ["SELECT 'a", 7],
    ['SELECT """a"', 7],
    ['SELECT `a', 7],
  ])('%j: what it leaves open begins at %s', (sql, expected) => {
    expect(findOpenEnd(sql)).toBe(expected);
  });
});
