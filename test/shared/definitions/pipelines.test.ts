import { join } from 'node:path';
import { loadPipeline, loadPipelines } from '../../../shared/definitions/pipelines';
import { problemsOf, query, step } from './schemas-directory';

const schemas = join(__dirname, '../../../schemas');

describe('schemas/pipelines', () => {
  it('loads the pipelines that ship, by path', () => {
    const pipelines = loadPipelines(schemas);
    expect([...pipelines.keys()]).toEqual([
      'focus/billing/daily_costs',
      'focus/billing/daily_costs_parquet',
      'gcp/billing/daily_costs',
      'gcp/example/dryrun',
    ]);
    expect(loadPipeline(schemas, 'focus/billing/daily_costs')).toBe(
      pipelines.get('focus/billing/daily_costs'),
    );
  });

  it('reads the files beside a definition into its steps, and fills in defaults', () => {
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
      'an example of the wrong type',
      `parameters:\n  p: { type: DATE, example: soon, required: true, description: P }${query('sql: SELECT @p')}`,
      "parameters.p.example: Parameter 'p' must be a DATE",
    ],
    [
      'a required parameter with a default',
      `parameters:\n  p: { type: INT64, default: 5, required: true, description: P }${query('sql: SELECT @p')}`,
      'parameters.p.default: expected either required: true or a default',
    ],
    [
      'a pattern that is not a regular expression',
      `parameters:\n  p: { type: STRING, pattern: '(', description: P }${query('sql: SELECT @p')}`,
      'parameters.p.pattern: expected a regular expression, given "("',
    ],
  ];
  it.each(wrong)('refuses %s, naming file, step and field', (_, yaml, expected) => {
    const message = problemsOf(yaml);
    expect(message).toContain('/pipelines/a/b/');
    expect(message).toContain(expected);
  });

  it('refuses folders and files whose names cannot be part of a path', () => {
    expect(problemsOf(query('sql: SELECT 1'), { 'pipelines/a/b/Big.yaml': '' })).toContain(
      "Big.yaml: expected a name of 1 to 64 of a-z, 0-9 and _, given 'Big'",
    );
    expect(problemsOf(query('sql: SELECT 1'), { 'pipelines/a-b/c/d.yaml': '' })).toContain("given 'a-b'");
    expect(problemsOf(query('sql: SELECT 1'), { 'pipelines/a/b/other.yml': '' })).toContain(
      'other.yml: expected a name that ends in .yaml',
    );
  });
});
