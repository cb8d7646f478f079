/**
 * The rows of a list that came page by page, each once: as the first page has them now, and below it those that came
 * before. So nothing is lost that has slipped off the first page's end since the next one was asked for. Pure.
 */
export function rowsOfPages<Row>(
  first: readonly Row[],
  before: readonly Row[],
  keyOf: (row: Row) => string,
): readonly Row[] {
  const seen = new Map<string, Row>();
  for (const row of [...first, ...before]) if (!seen.has(keyOf(row))) seen.set(keyOf(row), row);
  return [...seen.values()];
}
