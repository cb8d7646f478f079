import { problemsOfStep } from './schemas-directory';

const base = {
  url: 'https://api.example.com/v1/rates',
  format: 'JSON',
  schema: '[{ name: id, type: INT64 }]',
  destination: '{ table: rates, write_disposition: WRITE_TRUNCATE }',
};

/** The problems of an http step that differs in these fields from a correct one. */
const problemsWith = (change: Readonly<Record<string, string | undefined>>): readonly string[] =>
  problemsOfStep(
    Object.entries({ type: 'http', ...base, ...change })
      .flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]))
      .join('\n'),
  );

describe('The definition of an http step', () => {
  const url = "step 'only', url: expected an https URL without user name, query and fragment";
  it.each([
    ['http', { url: 'http://api.example.com/' }, url],
    ['a user name', { url: 'https://me:secret@api.example.com/' }, url],
    ['a query in the URL', { url: 'https://api.example.com/?a=b' }, url],
    ['a fragment', { url: '"https://api.example.com/#a"' }, url],
    ['text that is not a URL', { url: 'api.example.com' }, url],
    ['an unknown format', { format: 'XML' }, 'step \'only\', format: expected JSON or CSV, given "XML"'],
    ['no schema', { schema: undefined }, "step 'only', schema: expected either schema or schema_file"],
    ['two schemas', { schema_file: 'a.json' }, "step 'only', schema: expected either schema or schema_file"],
    ['CSV options for JSON', { csv: '{}' }, "step 'only', csv: expected for format CSV only"],
    [
      'a path of records for CSV',
      { format: 'CSV', records: 'a.b' },
      "step 'only', records: expected for format JSON only",
    ],
    [
      'an empty name in a path',
      { records: 'a..b' },
      "step 'only', records: expected names of members with dots",
    ],
    [
      'a cursor for CSV',
      { format: 'CSV', paging: '{ type: cursor, parameter: c, path: next }' },
      "step 'only', paging: expected link_header or page_number: an answer of CSV has no members",
    ],
    [
      'an unknown paging',
      { paging: '{ type: offset }' },
      "step 'only', paging.type: expected one of next_link, link_header, page_number, cursor",
    ],
    ['too many pages', { max_pages: '100000' }, "step 'only', max_pages: "],
    ['too many bytes', { max_bytes: '10737418240' }, "step 'only', max_bytes: "],
    [
      'another variable of the environment',
      { secret_header: '{ name: X-Key, environment: ADMIN_API_KEY }' },
      'step \'only\', secret_header.environment: expected the name of an environment variable PIPELINE_SECRET_…, given "ADMIN_API_KEY"',
    ],
    [
      'a header of the connection',
      { secret_header: '{ name: Host, environment: PIPELINE_SECRET_A }' },
      "step 'only', secret_header.name: expected a header that is not the connection's own",
    ],
    [
      'a name that no header can have',
      { secret_header: '{ name: "X Key", environment: PIPELINE_SECRET_A }' },
      "step 'only', secret_header.name: expected a header's name",
    ],
    [
      'an undeclared parameter',
      { query: '{ day: { parameter: nope } }' },
      "step 'only', query.day.parameter: 'nope' is not a parameter of the pipeline, expected one of day, name",
    ],
    [
      'a metadata table as destination',
      { destination: '{ table: tenants, write_disposition: WRITE_TRUNCATE }' },
      "step 'only', destination.table: expected a table of the pipeline's own, given the metadata table 'tenants'",
    ],
  ])('is refused with %s', (_, change, problem) => {
    expect(problemsWith(change)).toEqual([expect.stringContaining(problem)]);
  });
});
