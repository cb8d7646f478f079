import {
  fillDestinationUri,
  findDestinationUriProblems,
} from '../../../../shared/pipelines/rules/destination-uri';

const parameters = {
  day: { type: 'DATE', description: 'A day', required: true },
  perhaps: { type: 'DATE', description: 'A day' },
  name: { type: 'STRING', description: 'A name', required: true },
} as const;

const places = "expected {tenant_id} as a folder of its own, so that no tenant's export meets another's";
const texts = (given: string) =>
  `expected folders and names of letters, digits and _=.-, none empty, given '${given}'`;
const names = (given: string) =>
  `expected {tenant_id}, {run_id} or a DATE parameter that is required or has a default, given {${given}}`;
const stars = 'expected at most one *, in the name behind the last /, and {run_id} before it or beside it';
const form = (given: string) => `expected a URI like gs://bucket/{tenant_id}/name.csv, given '${given}'`;

describe('the URI that an export writes to', () => {
  it.each([
    'gs://exports/{tenant_id}/costs.csv',
    'gs://exports/all/{tenant_id}/day={day}/costs-{run_id}.csv.gz',
    'gs://exports/{tenant_id}/{run_id}/part-*.ndjson',
  ])('may be %s', (uri) => {
    expect(findDestinationUriProblems(uri, parameters)).toEqual([]);
  });

  it.each([
    ['exports/{tenant_id}/costs.csv', form('exports/{tenant_id}/costs.csv')],
    ['gs://{tenant_id}/{tenant_id}/costs.csv', form('gs://{tenant_id}/{tenant_id}/costs.csv')],
    ['gs://exports', form('gs://exports')],
    ['gs://exports/costs.csv', places],
    ['gs://exports/{tenant_id}', places],
    ['gs://exports/x{tenant_id}/costs.csv', places],
    ['gs://exports/{tenant_id}/../other/costs.csv', texts('..')],
    ['gs://exports/{tenant_id}/./costs.csv', texts('.')],
    ['gs://exports/{tenant_id}//costs.csv', texts('')],
    ['gs://exports/{tenant_id}/', texts('')],
    ['gs://exports/{tenant_id}/a b.csv', texts('a b.csv')],
    ['gs://exports/{tenant_id}/{Day}.csv', texts('{Day}.csv')],
    ['gs://exports/{tenant_id}/{name}.csv', names('name')],
    ['gs://exports/{tenant_id}/{perhaps}.csv', names('perhaps')],
    ['gs://exports/{tenant_id}/{toString}.csv', texts('{toString}.csv')],
    ['gs://exports/{tenant_id}/{constructor}.csv', names('constructor')],
    ['gs://exports/{tenant_id}/*.csv', stars],
    ['gs://exports/{tenant_id}/{run_id}/*/*.csv', stars],
    ['gs://exports/{tenant_id}/{run_id}/*/x.csv', stars],
  ])('may not be %s', (uri, problem) => {
    expect(findDestinationUriProblems(uri, parameters)).toEqual([problem]);
  });

  const values = { tenantId: 'demo', runId: 'run-1', parameters: { day: '2026-01-31' } };

  it('holds the values of its run', () => {
    expect(fillDestinationUri('gs://e/{tenant_id}/{day}/{run_id}-{day}.csv', values)).toEqual({
      uri: 'gs://e/demo/2026-01-31/run-1-2026-01-31.csv',
    });
  });

  it.each([
    ['a slash', { ...values, runId: '../x' }, 'run_id', '"../x"'],
    ['nothing', { ...values, parameters: { day: null } }, 'day', 'null'],
  ])('takes no value with %s', (_, given, name, shown) => {
    expect(fillDestinationUri('gs://e/{tenant_id}/{day}/{run_id}.csv', given)).toEqual({
      problem: `expected a value of letters, digits, _ and - for {${name}}, given ${shown}`,
    });
  });
});
