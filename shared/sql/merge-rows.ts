/**
 * The SQL that merges a query's rows into a table by key. Names are the definition's, which its schema has
 * checked.
 */

export interface RowsToMerge {
  /** The definition's own query: one SELECT, as it was written. */
  readonly query: string;
  /** All of the query's columns, in order. */
  readonly columns: readonly string[];
  /** The columns by which two rows are the same. */
  readonly keys: readonly string[];
  readonly table: string;
}

/**
 * The query's rows, all or none: one with a NULL in its key, or with the key of another, fails the whole.
 * MERGE itself refuses two rows for one row of the table (`UPDATE/MERGE must match at most one source row for
 * each target row`), but would add two rows with a key that is new.
 */
export const rowsWithKey = ({ query, columns, keys, table }: RowsToMerge): string => `
  SELECT ${list(columns)}
  FROM (
    SELECT *, COUNT(*) OVER (PARTITION BY ${list(keys)}) AS _tp_rows
    FROM (
${query}
    )
  )
  WHERE CASE
    WHEN ${keys.map((key) => `${quote(key)} IS NULL`).join(' OR ')}
      THEN ERROR('Merge into ${table}: expected a value in each of ${keys.join(', ')}, given a row with NULL.')
    WHEN _tp_rows > 1
      THEN ERROR(CONCAT(
        'Merge into ${table}: expected each key (${keys.join(', ')}) once among the rows of the query, given ',
        TO_JSON_STRING(STRUCT(${list(keys)})), ' ', CAST(_tp_rows AS STRING), ' times.'))
    ELSE TRUE
  END`;

/** One statement, so all of it happens or nothing. Repeated, it changes nothing. */
export function mergeRows(rows: RowsToMerge): string {
  const { columns, keys, table } = rows;
  const isKey = new Set(keys.map((key) => key.toLowerCase()));
  const others = columns.filter((column) => !isKey.has(column.toLowerCase()));
  const update = others.map((column) => `${quote(column)} = _tp_source.${quote(column)}`).join(', ');
  return `MERGE ${quote(table)} AS _tp_target
USING (${rowsWithKey(rows)}
) AS _tp_source
ON ${keys.map((key) => `_tp_target.${quote(key)} = _tp_source.${quote(key)}`).join(' AND ')}${
    others.length === 0 ? '' : `\nWHEN MATCHED THEN UPDATE SET ${update}`
  }
WHEN NOT MATCHED THEN INSERT (${list(columns)})
  VALUES (${columns.map((column) => `_tp_source.${quote(column)}`).join(', ')})`;
}

/** Adds the columns that are not there yet; existing rows have NULL in them. */
export const addColumns = (
  table: string,
  columns: readonly { readonly name: string; readonly type: string }[],
): string =>
  `ALTER TABLE ${quote(table)}\n${columns
    .map(({ name, type }) => `  ADD COLUMN IF NOT EXISTS ${quote(name)} ${type}`)
    .join(',\n')}`;

const quote = (name: string): string => `\`${name}\``;
const list = (names: readonly string[]): string => names.map(quote).join(', ');
