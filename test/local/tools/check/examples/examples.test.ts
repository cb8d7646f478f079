import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareRows } from '../../../../../local/tools/check/examples/compare-rows';
import { type RunExamples, runAllExamples } from '../../../../../local/tools/check/examples/run-examples';

const shipped = join(__dirname, '../../../../../schemas');

describe('tests beside definitions', () => {
  const schemas = mkdtempSync(join(tmpdir(), 'examples-'));
  const folder = join(schemas, 'pipelines/gcp/example');
  const environment = { ...process.env };
  let ran: RunExamples;
  beforeAll(async () => {
    cpSync(shipped, schemas, { recursive: true });
    writeFileSync(
      join(folder, 'rates.yaml'),
      `description: Rates of an API, with the names of their currencies.
sources: [names]
parameters: { day: { type: DATE, required: true, description: The day. } }
steps:
  - id: fetch
    type: http
    url: https://api.example.com/rates
    query: { day: { parameter: day } }
    format: JSON
    schema: [{ name: currency, type: STRING }, { name: rate, type: NUMERIC }]
    destination: { table: rates, write_disposition: WRITE_TRUNCATE }
  - id: build
    type: query
    needs: [fetch]
    sql: SELECT currency, name, rate, @day AS day FROM rates JOIN names.currencies USING (currency)
    destination: { table: named_rates, write_disposition: WRITE_APPEND }
  - { id: tell, type: notify, needs: [build], topic: told, message: Done. }
`,
    );
    writeFileSync(
      join(folder, 'rates.test.yaml'),
      `tests:
  - name: comes out
    parameters: { day: 2024-09-03 }
    responses: { "https://api.example.com/rates?day=2024-09-03": '[{"currency": "EUR", "rate": 1.10}]' }
    tables:
      names.currencies:
        schema: [{ name: currency, type: STRING }, { name: name, type: STRING }]
        rows: [{ currency: EUR, name: Euro }]
      named_rates:
        schema: [{ name: currency, type: STRING }, { name: name, type: STRING }, { name: rate, type: NUMERIC }, { name: day, type: DATE }]
        rows: [{ currency: USD, day: 2024-09-02 }]
    expect:
      rows: { named_rates: [{ currency: USD, name: null }, { currency: EUR, name: Euro, rate: 1.1, day: 2024-09-03 }] }
  - name: has another row
    parameters: { day: 2024-09-03 }
    responses: { "https://api.example.com/rates": '[{"currency": "EUR", "rate": 1.10}]' }
    expect: { rows: { named_rates: [{ currency: EUR, rate: 1.2 }] } }
  - name: has no answer
    parameters: { day: 2024-09-03 }
    expect: { status: FAILED, error: answered 404 }
  - name: fails where it should not
    parameters: { day: 2024-09-03 }
    expect: {}
  - name: has a parameter of another type
    parameters: { day: soon }
    expect: {}
`,
    );
    writeFileSync(join(folder, 'dryrun.test.yaml'), 'tests:\n  - name: misspelt\n    expects: {}\n');
    ran = await runAllExamples(schemas);
  });
  afterAll(() => {
    rmSync(schemas, { recursive: true });
    Object.assign(process.env, environment);
  });

  it('that ship come out, and those that should', () => {
    expect(ran.passed).toBe(4 + 2);
  });

  it('that do not come out are told with file, test, table and row', () => {
    const file = join(folder, 'rates.test.yaml');
    expect(ran.failures).toEqual([
      expect.stringContaining(
        `${join(folder, 'dryrun.test.yaml')}:3:5 tests[0] ('misspelt').expects: is not a known field`,
      ),
      `${file}: test 'has another row':
  table named_rates: expected the row {"currency":"EUR","rate":1.2}, it is not there
  table named_rates: found the row {"currency":"EUR","rate":1.1}, which is not expected`,
      expect.stringMatching(/test 'fails where it should not':\n {2}expected COMPLETED, it is FAILED: .*404/),
      expect.stringMatching(/test 'has a parameter of another type':\n {2}.*day/),
    ]);
  });
});

describe('rows that are compared', () => {
  it.each([
    [[{ a: 1 }], [{ a: '1', b: 2 }], 0],
    [[{ a: '1.50' }], [{ a: 1.5 }], 0],
    [[{ a: '2024-09-03 01:00:00' }], [{ a: '2024-09-03T01:00:00Z' }], 0],
    [[{ a: null }], [{ a: 0 }], 2],
    [[{ a: [1, { b: 2 }] }], [{ a: [1, { b: '2', c: 3 }] }], 0],
    [[{ a: 1 }, { a: 1 }], [{ a: 1 }], 1],
    [[], [{ a: 1 }], 1],
    [[{ missing: 1 }], [{ a: 1 }], 2],
  ])('%j and %j differ in %d', (expected, found, differences) => {
    expect(compareRows(expected, found)).toHaveLength(differences);
  });
});
