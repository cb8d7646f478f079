/** Functions that BigQuery has and the engine, which is of 2023, does not know or cannot evaluate. */
const functions = new Set([
  ...['JSON_KEYS', 'JSON_FLATTEN', 'COLLATE', 'EDIT_DISTANCE', 'GAP_FILL', 'APPENDS', 'CHANGES', 'SEARCH'],
  ...['VECTOR_SEARCH', 'COSINE_DISTANCE', 'EUCLIDEAN_DISTANCE', 'TEXT_ANALYZE', 'BAG_OF_WORDS', 'TF_IDF'],
  ...['GENERATE_RANGE_ARRAY', 'EXTERNAL_QUERY', 'EXTERNAL_OBJECT_TRANSFORM', 'MAX_BY', 'MIN_BY', 'GROUPING'],
  ...['TIMESTAMP_BUCKET', 'DATETIME_BUCKET', 'DATE_BUCKET', 'CONTAINS_SUBSTR', 'BOOL_ARRAY', 'INT64_ARRAY'],
  ...['FLOAT64_ARRAY', 'STRING_ARRAY', 'DETERMINISTIC_ENCRYPT', 'DETERMINISTIC_DECRYPT_STRING'],
  ...[
    'DETERMINISTIC_DECRYPT_BYTES',
    'DLP_DETERMINISTIC_ENCRYPT',
    'DLP_DETERMINISTIC_DECRYPT',
    'DLP_KEY_CHAIN',
  ],
]);
const families = /^((ML|AI|AEAD|KEYS|HLL_COUNT|KLL_QUANTILES|NET|OBJ|BQ)\.|(ST|S2|LAX|RANGE)_)\w/;

/** What the engine says, and what of the caller's statement it means; undefined: a function of that name. */
const messages: readonly (readonly [RegExp, what?: string])[] = [
  [/^Function not found: `?([\w.]+)`?/],
  [/^Table-valued function not found: `?([\w.]+)`?/],
  [/^Unsupported built-in function: ([\w.]+)/],
  [/^CREATE TABLE CLONE is not supported/, 'CREATE TABLE … CLONE'],
  [/^ALTER TABLE does not support ALTER COLUMN SET DATA TYPE/, 'ALTER TABLE … ALTER COLUMN … SET DATA TYPE'],
  [/\bgrouping_set_list\b/, 'GROUPING SETS, ROLLUP or CUBE in this place'],
  [/^Invalid type for MakeValue\w+Setter: RANGE/, 'FORMAT of a RANGE'],
  [/\[Unimplemented cast from RANGE/, 'CAST of a RANGE'],
  [/\[Unsupported argument type RANGE/, 'JSON of a RANGE'],
  [/^COLLATE is not supported/, 'A column with COLLATE'],
  [/^CREATE (?:TABLE|SCHEMA|VIEW) with DEFAULT COLLATE is not supported/, 'DEFAULT COLLATE'],
  [/^Column propagation mode \(FULL\/LEFT\/STRICT\) for set operations/, 'BY NAME of columns that differ'],
  [/^CORRESPONDING BY for set operations/, 'BY NAME ON and CORRESPONDING BY'],
];

/** Columns that tables have in BigQuery without being asked. */
const pseudoColumn =
  /^Unrecognized name: (_PARTITIONTIME|_PARTITIONDATE|_FILE_NAME|_TABLE_SUFFIX|_CHANGE_\w+)\b/i;

/** https://cloud.google.com/bigquery/docs/reference/system-variables */
const systemVariable =
  /^Unrecognized name: (@@(?:current_job_id|last_job_id|location|query_label|reservation|session_id|error|script)(?:\.\w+)?)/i;

/** What BigQuery knows and the engine does not, if that is what the engine's error about a text means. */
export function knownGap(message: string, text: string): string | undefined {
  const column = pseudoColumn.exec(message)?.[1];
  if (column !== undefined) return `The pseudo column ${column.toUpperCase()}`;
  const variable = systemVariable.exec(message)?.[1];
  if (variable !== undefined) return `The system variable ${wholeVariable(variable, text)}`;
  for (const [pattern, what] of messages) {
    const found = pattern.exec(message);
    if (found === null) continue;
    if (what !== undefined) return what;
    const name = found[1]?.toUpperCase() ?? '';
    const isKnown = functions.has(name) || families.test(name) || message.startsWith('Unsupported');
    return isKnown ? `The function ${name}` : undefined;
  }
  return undefined;
}

/** The engine names the first part of a variable's path. */
function wholeVariable(name: string, text: string): string {
  const at = text.toLowerCase().indexOf(name.toLowerCase());
  return /^@@\w+(?:\.\w+)*/.exec(text.slice(Math.max(0, at)))?.[0] ?? name;
}
