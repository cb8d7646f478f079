import type { SqlText } from './sql-text';

/** Statements of BigQuery whose words the engine, which is of 2023, cannot read at all. */
const statements: readonly RegExp[] = [
  /^(CREATE|DROP|ALTER)\s+(OR\s+REPLACE\s+)?(BI_CAPACITY|CAPACITY|RESERVATION|ASSIGNMENT|CONNECTION|DATA_POLICY)\b/,
  /^(CREATE|DROP|ALTER)\s+(OR\s+REPLACE\s+)?(PROPERTY\s+GRAPH|SEARCH\s+INDEX|VECTOR\s+INDEX|EXTERNAL\s+SCHEMA)\b/,
  /^(CREATE|DROP|ALTER)\s+(OR\s+REPLACE\s+)?(ROW\s+ACCESS\s+POLICY|ALL\s+ROW\s+ACCESS\s+POLICIES)\b/,
  /^ALTER\s+(ORGANIZATION|PROJECT|FUNCTION|TABLE\s+FUNCTION|PROCEDURE)\b/,
  /^UNDROP\s+(TABLE|SCHEMA)\b/,
];

/** Clauses, likewise. */
const clauses: readonly (readonly [RegExp, name: string])[] = [
  [/\bGRAPH_TABLE\s*\(/, 'GRAPH_TABLE'],
  [/^GRAPH\s/, 'GRAPH'],
  [/\bGENERATED\s+ALWAYS\s+AS\b/, 'A column GENERATED ALWAYS AS'],
  [/^CREATE\s[\s\S]*\bWITH\s+CONNECTION\b/, 'CREATE … WITH CONNECTION'],
  [/\bMATCH_RECOGNIZE\s*\(/, 'MATCH_RECOGNIZE'],
  [/\b(UNION|INTERSECT|EXCEPT)\s+(ALL|DISTINCT)\s+BY\s+NAME\b/, 'BY NAME of UNION, INTERSECT and EXCEPT'],
];

const errors = /^Syntax error|is not a supported object type|^ALTER \w+ is not supported|is unsupported for/;

/**
 * What BigQuery knows of a statement that the engine cannot read; undefined: nothing.
 * @param offset where the engine stopped
 */
export function unknownStatement(message: string, text: SqlText, offset: number): string | undefined {
  if (!errors.test(message)) return undefined;
  const statement = statementAt(text.bytes, offset).toUpperCase();
  for (const pattern of statements) {
    const found = pattern.exec(statement);
    if (found !== null) return `The statement ${found[0].replace(/\s+/g, ' ').replace('OR REPLACE ', '')}`;
  }
  return clauses.find(([pattern]) => pattern.test(statement))?.[1];
}

/** The statement around an offset, as far as semicolons tell, without the comments before it. */
function statementAt(bytes: string, offset: number): string {
  const end = bytes.indexOf(';', offset);
  const begin = bytes.lastIndexOf(';', Math.max(0, offset - 1)) + 1;
  return bytes
    .slice(begin, end < 0 ? undefined : end)
    .replace(/^(\s+|--[^\n]*\n|#[^\n]*\n|\/\*[\s\S]*?\*\/)+/, '');
}
