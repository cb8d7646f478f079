import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { ParameterType, ParameterTypes, Statement } from '../../../shared/sql/define-statement';
import { statements } from './statements';

const folder = join(__dirname, 'snapshots');
const hint =
  'If the change is meant: UPDATE_GOLDEN=1 npm test -- test/shared/sql/snapshots, then read the difference';

/**
 * A statement as a script for the BigQuery console, whose query parameters can be no arrays: each `@name` is
 * a variable `p_name` there. All else is the text that is sent.
 */
const scriptOf = ({ name, sql, parameters }: Statement<ParameterTypes, unknown>): string =>
  [
    `-- ${name}: the text that is sent, for the BigQuery console. Default dataset: a tenant's.`,
    '-- Query parameters (@name) are variables here (p_name): give them values.',
    ...Object.entries(parameters).map(([name, type]) => `DECLARE p_${name} ${sqlType(type)};`),
    '',
    `${sql.trim().replaceAll('@', 'p_')};`,
    '',
  ].join('\n');

function sqlType(type: ParameterType): string {
  if (typeof type === 'string') return type;
  if (isArray(type)) return `ARRAY<${sqlType(type[0])}>`;
  return `STRUCT<${Object.entries(type)
    .map(([name, field]) => `${name} ${sqlType(field)}`)
    .join(', ')}>`;
}

const isArray = (type: ParameterType): type is Extract<ParameterType, readonly unknown[]> =>
  Array.isArray(type);

/** <subject>/<statement>.sql */
const fileOf = (file: string, { name }: { readonly name: string }) => join(dirname(file), `${name}.sql`);

const filesIn = (directory: string) =>
  readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sql'));

describe('What is sent to BigQuery', () => {
  it.each(statements)('%s: is the SQL that its snapshot shows', (file, statement) => {
    const snapshot = join(folder, fileOf(file, statement));
    const script = scriptOf(statement);
    if (process.env.UPDATE_GOLDEN !== undefined) {
      mkdirSync(dirname(snapshot), { recursive: true });
      writeFileSync(snapshot, script);
    }
    const expected = readFileSync(snapshot, 'utf8');
    expect({ hint, script: script.split('\n') }).toEqual({ hint, script: expected.split('\n') });
  });

  it('has no snapshot of a statement that is gone', () => {
    const expected = statements.map(([file, statement]) => fileOf(file, statement));
    expect(filesIn(folder).sort()).toEqual(expected.sort());
  });

  it('has no @ that is not a query parameter, so that snapshots tell the whole text', () => {
    for (const [, { sql, parameters }] of statements) {
      for (const [, name] of sql.matchAll(/@(\w*)/g)) expect(Object.keys(parameters)).toContain(name);
    }
  });
});
