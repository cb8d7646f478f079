import { withoutTexts } from './sql-parameters';

/**
 * Ways out of a query's tables that a dry run does not tell of as referenced tables, or that no document says it tells
 * of. They are refused by their names, wherever those stand.
 */
const waysOut: readonly (readonly [RegExp, string])[] = [
  [
    /\bINFORMATION_SCHEMA\b/gi,
    'INFORMATION_SCHEMA tells of other tenants as well; expected tables of data only',
  ],
  [
    /\bEXTERNAL_(?:QUERY|OBJECT_TRANSFORM)\b/gi,
    'an external query reads what is not among the sources; expected tables',
  ],
  [
    /\b(?:ML|AI|OBJ)`?\s*\.\s*`?\w+`?\s*\(/gi,
    'models, and functions that send data to other services, are not allowed; expected plain SQL',
  ],
  // An escape could spell any of these names so that they are not seen here.
  [/`[^`\\]*\\/g, 'expected a quoted name without a backslash'],
];

/** Where a SQL text would leave its tables behind. */
export function findWaysOut(sql: string): readonly { readonly offset: number; readonly message: string }[] {
  const names = withoutTexts(sql);
  return waysOut.flatMap(([pattern, message]) =>
    [...names.matchAll(pattern)].map(({ index, 0: found }) => ({
      offset: index,
      message: `${found.replace(/\s*\($/, '')}: ${message}`,
    })),
  );
}
