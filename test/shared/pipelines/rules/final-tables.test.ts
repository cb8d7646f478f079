import { countFinalRows, findFinalSteps } from '../../../../shared/pipelines/rules/final-tables';
import { runOfYaml } from '../support/run-of-yaml';

const stepsOf = (yaml: string) => runOfYaml('', `sources: [gs://*]\nsteps:${yaml}`).definition.steps;
const load = (id: string, table: string, needs = '') => `
  - id: ${id}
    type: load
    needs: [${needs}]
    source_uris: [gs://b/${id}]
    format: NEWLINE_DELIMITED_JSON
    schema: [{ name: a, type: INT64 }]
    destination: { table: ${table}, write_disposition: WRITE_APPEND }`;
const query = (id: string, sql: string, table: string | undefined, needs = '') => `
  - id: ${id}
    type: query
    needs: [${needs}]
    sql: ${sql}${table === undefined ? '' : `\n    destination: { table: ${table}, write_disposition: WRITE_APPEND }`}`;
const check = (id: string, table: string, needs: string) => `
  - { id: ${id}, type: quality, needs: [${needs}], table: ${table}, checks: [{ name: x, type: row_count, min: 1 }] }`;
const exported = (id: string, needs: string) => `
  - { id: ${id}, type: export, needs: [${needs}], sql: SELECT * FROM t, destination_uri: "gs://exports/{tenant_id}/x.csv", format: CSV }`;

describe('the steps that write final tables', () => {
  it.each<[string, string, string[]]>([
    [
      'a load that a query works on is none, checks and exports change nothing',
      load('l', 'raw') +
        query('q', 'SELECT a FROM Raw', 't', 'l') +
        check('c', 't', 'q') +
        exported('e', 'q'),
      ['q'],
    ],
    [
      'a query that discards its rows makes no table',
      load('l', 'raw') + query('q', 'SELECT a FROM raw', undefined, 'l'),
      ['l'],
    ],
    [
      'two loads into one table, or two',
      load('l', 't') + load('m', 't') + load('n', 'u', 'l'),
      ['l', 'm', 'n'],
    ],
    [
      'of a chain the last',
      load('l', 'a') +
        query('q', 'SELECT * FROM a', 'b', 'l') +
        query('r', 'SELECT * FROM b JOIN a USING (a)', 'c', 'q'),
      ['r'],
    ],
    ['what waits and does not read', load('l', 'a') + query('q', 'SELECT 1 AS a', 'b', 'l'), ['l', 'q']],
    [
      'a table that is read before it is written is final all the same',
      query('q', 'SELECT * FROM b', 'a') + query('r', 'SELECT * FROM a', 'b', 'q'),
      ['r'],
    ],
    ['a table that a step adds to and reads itself', query('q', 'SELECT MAX(a) + 1 AS a FROM t', 't'), ['q']],
    [
      'a table of a source with the same name is another',
      load('l', 'a') + query('q', 'SELECT * FROM rates.a', 'b', 'l'),
      ['l', 'q'],
    ],
    [
      'names in quotes and subqueries',
      load('l', 'a') + query('q', '"SELECT (SELECT MAX(a) FROM `a`) AS a"', 'b', 'l'),
      ['q'],
    ],
  ])('%s', (_, yaml, expected) => {
    expect([...findFinalSteps(stepsOf(yaml))].sort()).toEqual(expected);
  });

  it('a run counts their rows; one that makes no table what its exports wrote', () => {
    const written = [
      { stepId: 'l', rowsWritten: 10 },
      { stepId: 'q', rowsWritten: 3 },
      { stepId: 'e', rowsWritten: 3 },
    ];
    const whole = load('l', 'raw') + query('q', 'SELECT a FROM raw', 't', 'l') + exported('e', 'q');
    expect(countFinalRows(stepsOf(whole), written)).toBe(3);
    expect(countFinalRows(stepsOf(exported('e', '')), [{ stepId: 'e', rowsWritten: 7 }])).toBe(7);
    expect(countFinalRows(stepsOf(whole), written.slice(0, 1))).toBe(0);
  });
});
