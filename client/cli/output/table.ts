export interface TableBounds {
  /** What is longer is cut. */
  readonly widestColumn?: number;
  /** Columns that do not fit are left out, and named. */
  readonly widestTable?: number;
}

/** For rows whose ids are to be copied. */
export const wideTable: TableBounds = { widestColumn: 60, widestTable: 240 };

/** Rows as aligned text. What is too wide is cut; columns that do not fit are counted and named below. */
export function textTable(
  names: readonly string[],
  rows: readonly (readonly string[])[],
  { widestColumn = 32, widestTable = 160 }: TableBounds = {},
): string {
  const widths = names.map((name, column) =>
    Math.min(widestColumn, Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0))),
  );
  const shown = countFitting(widths, widestTable);
  const line = (values: readonly string[], pad: (text: string, width: number) => string) =>
    values
      .slice(0, shown)
      .map((value, column) => pad(cut(value, widths[column] ?? 0), widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const left = (text: string, width: number) => text.padEnd(width);
  const aligned = (text: string, width: number) =>
    /^-?[\d.,]+(e-?\d+)?( [kMGTP]?B| s)?$/i.test(text) ? text.padStart(width) : text.padEnd(width);
  return [
    line(names, left),
    line(
      widths.map((width) => '-'.repeat(width)),
      left,
    ),
    ...rows.map((row) => line(row, aligned)),
    ...(shown < names.length
      ? [`and ${names.length - shown} more columns: ${names.slice(shown).join(', ')}`]
      : []),
  ].join('\n');
}

/** How many columns fit; at least one. */
function countFitting(widths: readonly number[], widestTable: number): number {
  let total = 0;
  const over = widths.findIndex((width, column) => {
    total += width + 2;
    return column > 0 && total > widestTable;
  });
  return over < 0 ? widths.length : over;
}

function cut(text: string, width: number): string {
  const plain = text.replace(/[\r\n\t]/g, ' ').replace(/\p{Cc}/gu, '');
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
}
