/**
 * Comments, quoted texts and quoted names are matched first, so that an @ inside them is passed over; so is @@, which
 * names a system variable. A line ends with a line feed or a carriage return, and with nothing else that Unicode knows.
 * Source of the forms: GoogleSQL's lexical structure, and what its engine does.
 */
const token =
  /(--[^\n\r]*|#[^\n\r]*|\/\*[\s\S]*?\*\/|r?b?"""(?:\\[\s\S]|[\s\S])*?"""|r?b?'''(?:\\[\s\S]|[\s\S])*?'''|"(?!"")(?:\\[^\n\r]|[^"\\\n\r])*"|'(?!'')(?:\\[^\n\r]|[^'\\\n\r])*')|`(?:\\[^\n\r]|[^`\\])*`|@@[A-Za-z_][\w.]*|@([A-Za-z_]\w*)/g;

/** The named query parameters that a SQL text refers to, without their @, and where each comes first. */
export function findQueryParameters(
  sql: string,
): readonly { readonly name: string; readonly offset: number }[] {
  const found = new Map<string, number>();
  for (const { 2: name, index } of sql.matchAll(token)) {
    if (name !== undefined && !found.has(name)) found.set(name, index);
  }
  return [...found].map(([name, offset]) => ({ name, offset }));
}

/** The text with blanks for its comments and quoted texts: as long as before, with only names and signs in it. */
export const withoutTexts = (sql: string): string =>
  sql.replace(token, (whole, text: string | undefined) =>
    text === undefined ? whole : ' '.repeat(whole.length),
  );

/** Where a comment, a quoted text or a quoted name begins that does not end; undefined where all of them do. */
export function findOpenEnd(sql: string): number | undefined {
  const unquoted = withoutTexts(sql).replace(quotedName, (name) => ' '.repeat(name.length));
  const offset = unquoted.search(/['"`]|\/\*/);
  return offset < 0 ? undefined : offset;
}

const quotedName = /`(?:\\[^\n\r]|[^`\\])*`/g;
