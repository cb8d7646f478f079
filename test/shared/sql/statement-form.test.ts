import { formOf } from '../../../shared/sql/statement-form';
import { statements } from './statements';

describe('The form of a statement', () => {
  it.each([
    ['select', 'SELECT 1'],
    ['select', '\n-- one; two\nWITH a AS (SELECT 1) SELECT * FROM a;\n'],
    ['select', "SELECT ';' AS a, \"; UPDATE\" AS b, '''it's; so''' AS c, `a;b` # ; DELETE\n FROM t /* ; */"],
    ['select', '(SELECT 1) UNION ALL (SELECT 2)'],
    ['dml', "update t SET a = ';' WHERE TRUE"],
    ['dml', 'DELETE FROM t WHERE TRUE'],
    ['dml', 'MERGE t USING s ON FALSE WHEN NOT MATCHED THEN INSERT ROW'],
    ['dml', 'INSERT INTO t (a) SELECT 1'],
    ['script', 'UPDATE t SET a = 1 WHERE TRUE; SELECT a FROM t'],
    ['script', 'DECLARE n INT64; SELECT 1; WITH a AS (SELECT 1) SELECT * FROM a'],
  ])('%s: %s', (form, sql) => {
    expect(formOf(sql)).toBe(form);
  });

  it.each(['SELECT 1; UPDATE t SET a = 1 WHERE TRUE', 'CREATE TABLE t (a INT64)', '', 'BEGIN SELECT 1; END'])(
    'is not told where success would not show in the answer: %s',
    (sql) => {
      expect(() => formOf(sql)).toThrow('Expected a SELECT, a DML statement, or a script');
    },
  );

  it('is that of the statement it ends with, for each of ours', () => {
    for (const [, { form, sql }] of statements) {
      const changes = /^\s*(INSERT|UPDATE|DELETE|MERGE)\b/.test(sql);
      expect(form === 'select').toBe(!changes);
    }
  });
});
