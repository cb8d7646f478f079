import type { HttpReply } from './reply';
import type { HttpRequest } from './route';

/** Whether a call asks for CSV instead of JSON. */
export const wantsCsv = (request: HttpRequest): boolean =>
  /\btext\/csv\b/i.test(request.header('Accept') ?? '');

export const csvReply = (text: string, headers: HttpReply['headers'] = {}): HttpReply => ({
  status: 200,
  headers: { ...headers, 'Content-Type': 'text/csv; charset=utf-8; header=present' },
  text,
});

/** A cell; nothing is an empty one. `plain` is written as it is: for what can hold neither a comma nor a formula. */
export type CsvCell = string | number | boolean | null | undefined | { readonly plain: string };

/**
 * Lines of cells as RFC 4180 says, each ended by CRLF. A text that a spreadsheet would take for a formula gets an
 * apostrophe before it (https://owasp.org/www-community/attacks/CSV_Injection): texts can be another's.
 */
export const csvText = (lines: readonly (readonly CsvCell[])[]): string =>
  lines.map((cells) => `${cells.map(cellText).join(',')}\r\n`).join('');

function cellText(cell: CsvCell): string {
  if (cell === null || cell === undefined) return '';
  if (typeof cell === 'object') return cell.plain;
  if (typeof cell !== 'string') return String(cell);
  const harmless = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
