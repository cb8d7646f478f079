export type ExampleRow = Readonly<Record<string, unknown>>;

/**
 * What is different between the rows that a test expects and those that are there, in any order. Of each row the
 * columns that it names are compared; numbers, dates and times as texts.
 */
export function compareRows(
  expected: readonly ExampleRow[],
  found: readonly ExampleRow[],
): readonly string[] {
  const left = [...found];
  const missing = expected.filter((row) => {
    const place = left.findIndex((each) => isLike(row, each));
    if (place !== -1) left.splice(place, 1);
    return place === -1;
  });
  const columns = new Set(expected.flatMap((row) => Object.keys(row)));
  const surplus = left.map((row) =>
    columns.size === 0 ? row : Object.fromEntries(Object.entries(row).filter(([name]) => columns.has(name))),
  );
  return [
    ...missing.map((row) => `expected the row ${JSON.stringify(row)}, it is not there`),
    ...surplus.map((row) => `found the row ${JSON.stringify(row)}, which is not expected`),
  ];
}

const isLike = (expected: ExampleRow, found: ExampleRow): boolean =>
  Object.entries(expected).every(
    ([name, value]) => Object.hasOwn(found, name) && isEqual(value, found[name]),
  );

function isEqual(expected: unknown, found: unknown): boolean {
  if (expected === null || found === null) return expected === found;
  if (Array.isArray(expected)) {
    return (
      Array.isArray(found) &&
      expected.length === found.length &&
      expected.every((item: unknown, index) => isEqual(item, found[index]))
    );
  }
  if (typeof expected === 'object' && typeof found === 'object') {
    return isLike(
      Object.fromEntries(Object.entries(expected ?? {})),
      Object.fromEntries(Object.entries(found ?? {})),
    );
  }
  return plain(expected) === plain(found);
}

/** 1.50, "1.5" and 1.5 are one number; a time without a zone is in UTC. */
function plain(value: unknown): string {
  const text = String(value);
  if (/^-?\d+(\.\d+)?$/.test(text)) return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/.test(text)
    ? text.replace(' ', 'T').replace(/(\.0+)?Z?$/, '')
    : text;
}
