/**
 * What a statement is to BigQuery:
 *   select  one SELECT: its answer has a schema
 *   dml     one INSERT, UPDATE, DELETE or MERGE: its answer says how many rows it changed
 *   script  several statements, of which the last is a SELECT: its answer has that one's schema
 */
export type StatementForm = 'select' | 'dml' | 'script';

/** Comments, strings and quoted names: what stands in them is no part of the statement. */
const notSql =
  /--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"|`[^`]*`/g;

/** Throws for what is neither: whether a script that ends in anything but a SELECT succeeded, its answer does not tell. */
export function formOf(sql: string): StatementForm {
  const parts = sql
    .replace(notSql, ' ')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const last = parts.at(-1) ?? '';
  if (/^\(*\s*(?:SELECT|WITH)\b/i.test(last)) return parts.length === 1 ? 'select' : 'script';
  if (parts.length === 1 && /^(?:INSERT|UPDATE|DELETE|MERGE)\b/i.test(last)) return 'dml';
  throw new Error(`Expected a SELECT, a DML statement, or a script that ends in a SELECT: ${sql.trim()}`);
}
