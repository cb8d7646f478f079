import { problemsOfStep } from './schemas-directory';

const exported = (more: string) => `
type: export
destination_uri: gs://exports/{tenant_id}/costs.csv
format: CSV
${more}`;

describe('The definition of an export step', () => {
  it.each([
    [
      'neither table nor query',
      '',
      "step 'only', table: expected either table, sql or sql_file, given nothing",
    ],
    [
      'both table and query',
      'table: a\nsql: SELECT 1',
      'step \'only\', table: expected either table, sql or sql_file, given "a"',
    ],
    [
      'a limit on bytes billed for a table, whose export is not billed',
      'table: a\nmaximum_bytes_billed: 10485760',
      "step 'only', maximum_bytes_billed: expected for sql only: the export of a table is not billed, given 10485760",
    ],
    [
      'an unknown compression',
      'table: a\ncompression: ZIP',
      'step \'only\', compression: expected NONE or GZIP, given "ZIP"',
    ],
    [
      'a long delimiter',
      'table: a\ncsv: { field_delimiter: "||" }',
      'step \'only\', csv.field_delimiter: expected one character, given "||"',
    ],
    [
      'an undeclared parameter',
      'sql: SELECT @nope',
      "step 'only', sql: @nope is not a parameter of the pipeline, expected one of day, name",
    ],
  ])('is refused with %s', (_, more, problem) => {
    expect(problemsOfStep(exported(more))).toEqual([problem]);
  });

  it("is refused with CSV options for JSON, and with a URI outside of the tenant's folder", () => {
    expect(
      problemsOfStep(
        'type: export\ntable: a\nformat: NEWLINE_DELIMITED_JSON\ndestination_uri: gs://exports/{tenant_id}/a\ncsv: {}',
      ),
    ).toEqual(["step 'only', csv: expected for format CSV only, given {}"]);
    expect(
      problemsOfStep('type: export\ntable: a\nformat: CSV\ndestination_uri: gs://exports/{name}.csv'),
    ).toEqual([
      "step 'only', destination_uri: expected {tenant_id}, {run_id} or a DATE parameter that is required or has a default, given {name}",
      "step 'only', destination_uri: expected {tenant_id} as a folder of its own, so that no tenant's export meets another's",
    ]);
  });
});

describe('The definition of a notify step', () => {
  it.each([
    ['no topic', 'type: notify', "step 'only', topic: "],
    [
      'a path as topic',
      'type: notify\ntopic: projects/p/topics/t',
      "step 'only', topic: expected a topic's name",
    ],
    [
      'a long message',
      `type: notify\ntopic: ready\nmessage: ${'x'.repeat(1001)}`,
      "step 'only', message: expected at most 1000 characters",
    ],
  ])('is refused with %s', (_, fields, problem) => {
    expect(problemsOfStep(fields)).toEqual([expect.stringContaining(problem)]);
  });
});
