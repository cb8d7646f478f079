import { child, children, stringAt, unwrap } from '../../engine/tree';
import { notImplemented } from '../query-errors';
import type { NewerCall, Rewrites } from './newer-call';

/** Keys with their colons, texts and brackets of a JSON text as the engine writes it, without white space. */
const jsonToken = String.raw`r'"(?:[^"\\]|\\.)*":?|[{}\[\]]'`;

/** The tokens with their offsets, depths and what stands before them. */
const tokens = `ARRAY(SELECT AS STRUCT __k, __o, SUM(CASE WHEN __k IN ('{', '[') THEN 1 WHEN __k IN ('}', ']') THEN -1 ELSE 0 END) OVER (ORDER BY __o) AS __d, LAG(__k) OVER (ORDER BY __o) AS __p FROM UNNEST(REGEXP_EXTRACT_ALL(TO_JSON_STRING(__j), ${jsonToken})) AS __k WITH OFFSET AS __o)`;

/** Objects and arrays: where they begin and end, and the key that they stand under. */
const containers = `ARRAY(SELECT AS STRUCT __k, __o, LEAD(__o) OVER (PARTITION BY IF(__k IN ('{', '['), __d, __d + 1) ORDER BY __o) AS __end, __d, IF(ENDS_WITH(__p, ':'), __p, NULL) AS __name FROM UNNEST(__t) WHERE __k IN ('{', '[', '}', ']'))`;

/** A key as a path has it: in quotes where it is more than letters, digits and underlines. */
const segment = (key: string): string =>
  `IF(REGEXP_CONTAINS(${key}, r'^"[A-Za-z0-9_]*":$'), SUBSTR(${key}, 2, LENGTH(${key}) - 3), SUBSTR(${key}, 1, LENGTH(${key}) - 1))`;

const path = `CONCAT(IFNULL(CONCAT(STRING_AGG(${segment('__c.__name')}, '.' ORDER BY __c.__d), '.'), ''), ${segment('__t1.__k')})`;

/** What of the containers around a key leaves it out. https://cloud.google.com/bigquery/docs/reference/standard-sql/json_functions#json_keys */
const modes: Readonly<Record<string, string>> = {
  strict: "COUNTIF(__c.__k = '[') = 0",
  lax: "COUNTIF(__c.__k = '[' AND __c.__name IS NULL AND __c.__d > 1) = 0",
  'lax recursive': 'TRUE',
};

function jsonKeys({ arguments: [json, depth], node }: NewerCall): string | undefined {
  if (json === undefined) return undefined;
  const named = children(node, 'arguments').flatMap((each) => unwrap(each) ?? []);
  const mode = named.find(({ kind }) => kind === 'astNamedArgumentNode')?.node;
  const isPlace = depth !== undefined && named[1]?.kind !== 'astNamedArgumentNode';
  const name = mode === undefined ? 'strict' : stringAt(unwrap(child(mode, 'expr'))?.node, 'stringValue');
  const condition = modes[name ?? ''];
  if (condition === undefined) throw notImplemented('JSON_KEYS with such a mode');
  const limit = isPlace ? ` AND COUNTIF(__c.__name IS NOT NULL) < IFNULL(${depth}, 1000)` : '';
  const found = `SELECT ${path} AS __path FROM UNNEST(__t) AS __t1 JOIN UNNEST(__b) AS __c ON __c.__k IN ('{', '[') AND __c.__o < __t1.__o AND __t1.__o < __c.__end WHERE ENDS_WITH(__t1.__k, ':') GROUP BY __t1.__o, __t1.__k HAVING ${condition}${limit}`;
  return `WITH(__j AS (${json}), __t AS ${tokens}, __b AS ${containers}, IF(__j IS NULL, NULL, ARRAY(SELECT DISTINCT __path FROM (${found}) ORDER BY __path)))`;
}

/** An array of JSON values as one of a type; what is no array gives null, or an error. */
const typedArray =
  (convert: string, isLax: boolean) =>
  ({ arguments: [json] }: NewerCall): string | undefined =>
    json &&
    `WITH(__j AS (${json}), IF(${isLax ? isArray : arrayOrRefused}, ARRAY(SELECT ${convert}(__e) FROM UNNEST(JSON_QUERY_ARRAY(__j)) AS __e WITH OFFSET AS __o ORDER BY __o), NULL))`;

const isArray = "JSON_TYPE(__j) = 'array'";
const arrayOrRefused = `IF(${isArray}, TRUE, IF(__j IS NULL, FALSE, ERROR('The provided JSON input is not an array')))`;

export const jsonFunctions: Rewrites = {
  JSON_KEYS: jsonKeys,
  BOOL_ARRAY: typedArray('BOOL', false),
  INT64_ARRAY: typedArray('INT64', false),
  FLOAT64_ARRAY: typedArray('FLOAT64', false),
  STRING_ARRAY: typedArray('STRING', false),
  LAX_BOOL_ARRAY: typedArray('LAX_BOOL', true),
  LAX_INT64_ARRAY: typedArray('LAX_INT64', true),
  LAX_FLOAT64_ARRAY: typedArray('LAX_FLOAT64', true),
  LAX_STRING_ARRAY: typedArray('LAX_STRING', true),
};
