/**
 * Comments, quoted texts and quoted names are matched first, so that an @ inside them is skipped, as is @@ (a
 * system variable). Only a line feed or a carriage return ends a line, no other Unicode character. Sources:
 * GoogleSQL's lexical structure (https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical), and
 * how its engine behaves.
 */
const token =
  /(--[^\n\r]*|#[^\n\r]*|\/\*[\s\S]*?\*\/|r?b?"""(?:\\[\s\S]|[\s\S])*?"""|r?b?'''(?:\\[\s\S]|[\s\S])*?'''|"(?!"")(?:\\[^\n\r]|[^"\\\n\r])*"|'(?!'')(?:\\[^\n\r]|[^'\\\n\r])*')|`(?:\\[^\n\r]|[^`\\])*`|@@[A-Za-z_][\w.]*|@([A-Za-z_]\w*)/g;

/** The named query parameters of a SQL text, without their @, and the offset where each comes first. */
export function findQueryParameters(
  sql: string,
): readonly { readonly name: string; readonly offset: number }[] {
  const found = new Map<string, number>();
  for (const { 2: name, index } of sql.matchAll(token)) {
    if (name !== undefined && !found.has(name)) found.set(name, index);
  }
  return [...found].map(([name, offset]) => ({ name, offset }));
}

/** The text with its comments and quoted texts blanked out. Its length stays, so offsets stay valid. */
export const withoutTexts = (sql: string): string =>
  sql.replace(token, (whole, text: string | undefined) =>
    text === undefined ? whole : ' '.repeat(whole.length),
  );

/** The offset of a comment, quoted text or quoted name that does not end; undefined if there is none. */
export function findOpenEnd(sql: string): number | undefined {
  const unquoted = withoutTexts(sql).replace(quotedName, (name) => ' '.repeat(name.length));
  const offset = unquoted.search(/['"`]|\/\*/);
  return offset < 0 ? undefined : offset;
}

const quotedName = /`(?:\\[^\n\r]|[^`\\])*`/g;

/**
 * Ways to read more than a query's tables. A dry run does not list them as referenced tables, or no document
 * says that it does. They are refused by name, wherever the name is.
 */
const waysOut: readonly (readonly [RegExp, string])[] = [
  [
    /\bINFORMATION_SCHEMA\b/gi,
    'INFORMATION_SCHEMA shows other tenants as well; expected tables of data only',
  ],
  [
    /\bEXTERNAL_(?:QUERY|OBJECT_TRANSFORM)\b/gi,
    'an external query reads what is not among the sources; expected tables',
  ],
  [
    /\b(?:ML|AI|OBJ)`?\s*\.\s*`?\w+`?\s*\(/gi,
    'models, and functions that send data to other services, are not allowed; expected plain SQL',
  ],
  // Escapes in a quoted name could hide any of these names.
  [/`[^`\\]*\\/g, 'expected a quoted name without a backslash'],
];

/** Where a SQL text reads something other than tables, each with the reason for refusing it. */
export function findWaysOut(sql: string): readonly { readonly offset: number; readonly message: string }[] {
  const names = withoutTexts(sql);
  return waysOut.flatMap(([pattern, message]) =>
    [...names.matchAll(pattern)].map(({ index, 0: found }) => ({
      offset: index,
      message: `${found.replace(/\s*\($/, '')}: ${message}`,
    })),
  );
}
