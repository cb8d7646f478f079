import { billedBytes } from '../../../../shared/pipelines/rules/billed-bytes';
import { plainTablesIn } from '../../../../shared/pipelines/rules/final-tables';
import { findTablesBefore, stepsBefore } from '../../../../shared/pipelines/rules/tables-before';
import { runOfYaml } from '../support/run-of-yaml';

const mebibyte = 1024 * 1024;

describe('What BigQuery bills', () => {
  it.each([
    ['nothing where nothing is read', 0, 2, 0],
    ['at least 10 MiB', 1, 1, 10 * mebibyte],
    ['at least 10 MiB for each table', 1, 3, 30 * mebibyte],
    ['whole MiB', 20 * mebibyte + 1, 1, 21 * mebibyte],
    ['exact MiB as they are', 20 * mebibyte, 1, 20 * mebibyte],
    ['10 MiB where no table is told', 1, 0, 10 * mebibyte],
  ])('is %s', (_what, processed, tables, billed) => {
    expect(billedBytes(processed, tables)).toBe(billed);
  });
});

describe('Tables that steps before a step make', () => {
  const { steps } = runOfYaml(
    'run-1',
    `
timeout_seconds: 60
steps:
  - { id: a, type: query, sql: SELECT 1 AS n, destination: { table: Made, write_disposition: WRITE_TRUNCATE } }
  - { id: b, type: query, needs: [a], sql: SELECT n FROM made, destination: { table: made, write_disposition: WRITE_APPEND } }
  - { id: c, type: query, needs: [b], sql: SELECT n FROM \`MADE\` JOIN other USING (n) }
  - { id: beside, type: query, sql: SELECT n FROM made }
`,
  ).definition;
  const of = (id: string, sql: string) => findTablesBefore(steps, stepsBefore(steps, id), plainTablesIn(sql));

  it('are found through all that a step needs, however they are spelt', () => {
    expect(of('c', 'SELECT n FROM `MADE` JOIN other USING (n)')).toEqual([
      { table: 'made', madeBy: ['a', 'b'] },
    ]);
  });
  it('are none of a step beside it', () => {
    expect(of('beside', 'SELECT n FROM made')).toEqual([]);
  });
  it('are none of another dataset', () => {
    expect(of('c', 'SELECT n FROM rates.made')).toEqual([]);
  });
  it('are all for what comes after the last step', () => {
    expect(of('watermark-record', 'SELECT MAX(n) FROM made')).toEqual([
      { table: 'made', madeBy: ['a', 'b'] },
    ]);
  });
});
