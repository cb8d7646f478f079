const widestColumn = 32;
const widestTable = 160;

/** Rows as columns of text; what is too wide is cut, and what does not fit is counted. */
export function textTable(names: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = names.map((name, column) =>
    Math.min(widestColumn, Math.max(name.length, ...rows.map((row) => row[column]?.length ?? 0))),
  );
  const shown = countFitting(widths);
  const line = (values: readonly string[], pad: (text: string, width: number) => string) =>
    values
      .slice(0, shown)
      .map((value, column) => pad(cut(value, widths[column] ?? 0), widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const left = (text: string, width: number) => text.padEnd(width);
  const aligned = (text: string, width: number) =>
    /^-?[\d.]+(e-?\d+)?$/i.test(text) ? text.padStart(width) : text.padEnd(width);
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

/** At least one column. */
function countFitting(widths: readonly number[]): number {
  let total = 0;
  const over = widths.findIndex((width, column) => {
    total += width + 2;
    return column > 0 && total > widestTable;
  });
  return over < 0 ? widths.length : over;
}

function cut(text: string, width: number): string {
  const plain = text.replace(/[\r\n\t]/g, ' ');
  return plain.length > width ? `${plain.slice(0, width - 1)}…` : plain;
}
