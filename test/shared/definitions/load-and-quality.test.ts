import { problemsOf, step } from './schemas-directory';

describe('The definition of load and quality steps', () => {
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
    ['a malformed source', 'sources: [gs://b]', 'sources[0]: expected a dataset, project.dataset, gs://'],
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

  it('refuses a parameter for files if the sources have no files', () => {
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
      'on a name that no column can have',
      '{ name: c, type: unique, columns: ["a`b"] }',
      "checks[0] ('c').columns[0]: expected a",
    ],
    [
      'that ends with a semicolon',
      '{ name: c, type: sql, sql: "SELECT 1;" }',
      "checks[0] ('c').sql: expected a query",
    ],
    [
      'that leaves a text open, so that quoted text of the next check becomes SQL',
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
});
