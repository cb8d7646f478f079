/** Something wrong with a file, in words for who loads it. */
export class ParquetFault extends Error {}

/** What a fault says; whatever else is thrown while a file is read says that the file is broken. */
export function detailOf(error: unknown, what = 'the file'): string {
  if (error instanceof ParquetFault) return error.message;
  // The library's own words begin with its name; others, as of an index beyond a page's end, are about its code.
  const [, cause] = (error instanceof Error && /^parquet (.+?)\.?$/.exec(error.message)) || [];
  const why = cause === undefined ? '' : `: ${cause}`;
  return `The Parquet file is broken: ${what} cannot be read${why}.`;
}
