import type { KnownFormats } from '../../definitions/schemas/known-formats-schema';

/** So many names are told. */
const mostTold = 5;

/**
 * What a file with these columns looks like, as `FOCUS 1.2 with 1 further column (x_Team)`; undefined where it
 * looks like none of the formats. It is the newest format of which it has a column that the one before lacks, if it
 * has half of the columns of the oldest: exports leave out what is optional.
 */
export function describeFormat(
  columns: readonly string[],
  formats: KnownFormats | undefined,
): string | undefined {
  const [oldest] = formats ?? [];
  if (formats === undefined || oldest === undefined) return undefined;
  const given = new Set(columns.map((column) => column.toLowerCase()));
  const has = (column: string) => given.has(column.toLowerCase());
  if (oldest.adds.filter(has).length * 2 < oldest.adds.length) return undefined;
  const newest = formats.findLastIndex(({ adds }) => adds.some(has));
  const name = formats[newest]?.name;
  const own = new Set(
    formats.slice(0, newest + 1).flatMap(({ adds }) => adds.map((column) => column.toLowerCase())),
  );
  const further = columns.filter((column) => !own.has(column.toLowerCase()));
  if (further.length === 0) return name;
  const told = further.slice(0, mostTold).join(', ') + (further.length > mostTold ? ', …' : '');
  return `${name} with ${further.length} further column${further.length === 1 ? '' : 's'} (${told})`;
}
