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
