/**
 * Which fields of a CSV record are in quotes.
 * @param raw the record as it stands in the file, perhaps with line breaks around it; its quotes match
 */
export function quotedFields(raw: string, delimiter: string, quote: string): readonly boolean[] {
  const found: boolean[] = [];
  let at = raw.search(/[^\r\n]/);
  for (;;) {
    const isQuoted = raw.startsWith(quote, at);
    found.push(isQuoted);
    const next = raw.indexOf(delimiter, isQuoted ? behindQuotes(raw, at + 1, quote) : at);
    if (next === -1) return found;
    at = next + 1;
  }
}

/** Behind the closing quote of a value that begins at `start`; two quotes are one within the value. */
function behindQuotes(raw: string, start: number, quote: string): number {
  for (let at = raw.indexOf(quote, start); at !== -1; at = raw.indexOf(quote, at + 2)) {
    if (raw[at + 1] !== quote) return at + 1;
  }
  return raw.length;
}
