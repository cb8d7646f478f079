/** What BigQuery says about files, and what the step's author can do about it. */
const advice: readonly (readonly [said: RegExp, advice: string])[] = [
  [
    /out of valid NUMERIC range|lose precision after scaling down to NUMERIC/,
    'To keep all digits, set decimal_target_types: [NUMERIC, BIGNUMERIC], or give a schema with BIGNUMERIC.',
  ],
  [
    /Cannot add fields/,
    'To add new columns to the table, set schema_update_options: [ALLOW_FIELD_ADDITION].',
  ],
  [
    /has changed mode from REQUIRED to NULLABLE/,
    'To let the column be NULL, set schema_update_options: [ALLOW_FIELD_RELAXATION].',
  ],
  [
    /Could not parse '[+-]?\d+\.\d*' as INT64/,
    'A whole number has no decimal point: give the column the type NUMERIC or FLOAT64, and cast it in a query.',
  ],
];

/** A failed load's reason, with what can be done about it where that is known. */
export function withAdvice(reason: string): string {
  const found = advice.find(([said]) => said.test(reason))?.[1];
  return found === undefined ? reason : `${reason} ${found}`;
}
