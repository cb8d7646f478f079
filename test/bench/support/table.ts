/** Prints rows under their headings, as wide as the widest cell: the first column to the left, figures to the right. */
export function printTable(
  title: string,
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 ? cell.padEnd(width) : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  console.log(
    ['', title, '', line(headings), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join(
      '\n',
    ),
  );
}
