/** A part of a SQL text, and where it is. Comments and white space are none. */
export interface SqlToken {
  /**
   * `word`: a keyword, or a name without quotes. `quoted`: a name in backquotes. `parameter`: a parameter or a
   * system variable. `open`: a comment, text or name that does not end, or a character that is not GoogleSQL's.
   */
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'parameter' | 'symbol' | 'open' | 'end';
  /** As written; of a quoted name what is between its quotes. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Only a line feed or a carriage return ends a line. A backslash keeps a quote from ending a text, in raw
 * texts too. White space, as GoogleSQL has it, is narrower than \s: another character than these is `open`.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
 */
const skipped = /(?:[ \t\r\n\v\f]+|--[^\n\r]*|#[^\n\r]*|\/\*[\s\S]*?\*\/)+/y;
const token =
  /(?<text>"""(?:\\[\s\S]|[\s\S])*?"""|'''(?:\\[\s\S]|[\s\S])*?'''|"(?!"")(?:\\[^\n\r]|[^"\\\n\r])*"|'(?!'')(?:\\[^\n\r]|[^'\\\n\r])*')|`(?<quoted>(?:\\[^\n\r]|[^`\\])*)`|(?<parameter>@@?[A-Za-z_]\w*)|(?<number>0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?<word>[A-Za-z_]\w*)|(?<symbol>\|>|(?!\/\*)[()[\]{}<>,;.*+\-/=!|&^~%?:@])/y;

/** The first token at an offset or after it. After the last one there is always one of kind `end`. */
export function tokenAt(sql: string, offset: number): SqlToken {
  skipped.lastIndex = offset;
  const start = offset + (skipped.exec(sql)?.[0].length ?? 0);
  token.lastIndex = start;
  const found = token.exec(sql);
  if (found === null) {
    const kind = start >= sql.length ? 'end' : 'open';
    return { kind, text: sql.slice(start, start + 1), start, end: sql.length };
  }
  const end = start + found[0].length;
  for (const kind of ['word', 'symbol', 'quoted', 'text', 'number', 'parameter'] as const) {
    const text = found.groups?.[kind];
    if (text !== undefined) return { kind, text, start, end };
  }
  return { kind: 'open', text: found[0], start, end };
}

/** Words that are never a name unless they are quoted or come after a point. */
const reserved: ReadonlySet<string> = new Set(
  `ALL AND ANY ARRAY AS ASC ASSERT_ROWS_MODIFIED AT BETWEEN BY CASE CAST COLLATE CONTAINS CREATE CROSS CUBE
  CURRENT DEFAULT DEFINE DESC DISTINCT ELSE END ENUM ESCAPE EXCEPT EXCLUDE EXISTS EXTRACT FALSE FETCH FOLLOWING
  FOR FROM FULL GROUP GROUPING GROUPS HASH HAVING IF IGNORE IN INNER INTERSECT INTERVAL INTO IS JOIN LATERAL
  LEFT LIKE LIMIT LOOKUP MERGE NATURAL NEW NO NOT NULL NULLS OF ON OR ORDER OUTER OVER PARTITION PRECEDING
  PROTO QUALIFY RANGE RECURSIVE RESPECT RIGHT ROLLUP ROWS SELECT SET SOME STRUCT TABLESAMPLE THEN TO TREAT TRUE
  UNBOUNDED UNION UNNEST USING WHEN WHERE WINDOW WITH WITHIN`.split(/\s+/),
);

/** The keyword that an unquoted word is, in capitals; undefined for a name. */
export function reservedWord({ kind, text }: SqlToken): string | undefined {
  const word = text.toUpperCase();
  return kind === 'word' && reserved.has(word) ? word : undefined;
}

export const isSymbol = (token: SqlToken | undefined, text: string): boolean =>
  token?.kind === 'symbol' && token.text === text;
