import type { Rewrites } from './newer-call';

/**
 * HLL_COUNT with exact sets: a sketch is the sorted fingerprints of the values, and every count is exact. The sketches
 * are not those of BigQuery, and hold some 50,000 distinct values.
 */
const elementsOf = (sketch: string): string =>
  `UNNEST(IF(STARTS_WITH(${sketch}, b'exact:'), SPLIT(SUBSTR(SAFE_CONVERT_BYTES_TO_STRING(${sketch}), 7)), ERROR('Invalid or incompatible HLL++ sketch')))`;

const sketchOf = (elements: string): string =>
  `CAST(CONCAT('exact:', ARRAY_TO_STRING(ARRAY(${elements} ORDER BY 1), ',')) AS BYTES)`;

const fingerprint = (value: string): string =>
  `IF((${value}) IS NULL, NULL, FARM_FINGERPRINT(TO_JSON_STRING(${value})))`;

const merged = (sketch: string): string => `__v AS ARRAY_AGG(${sketch} IGNORE NULLS)`;

/** https://cloud.google.com/bigquery/docs/reference/standard-sql/hll_functions */
export const hllSketches: Rewrites = {
  'HLL_COUNT.INIT': ({ arguments: [value] }) =>
    value &&
    `WITH(__v AS ARRAY_AGG(DISTINCT ${fingerprint(value)} IGNORE NULLS), IF(__v IS NULL, NULL, ${sketchOf('SELECT CAST(__e AS STRING) FROM UNNEST(__v) AS __e')}))`,
  'HLL_COUNT.EXTRACT': ({ arguments: [sketch] }) =>
    sketch &&
    `WITH(__s AS CAST((${sketch}) AS BYTES), IF(__s IS NULL, 0, (SELECT COUNT(*) FROM ${elementsOf('__s')})))`,
  'HLL_COUNT.MERGE': ({ arguments: [sketch] }) =>
    sketch &&
    `WITH(${merged(sketch)}, (SELECT COUNT(DISTINCT __e) FROM UNNEST(__v) AS __s, ${elementsOf('__s')} AS __e))`,
  'HLL_COUNT.MERGE_PARTIAL': ({ arguments: [sketch] }) =>
    sketch &&
    `WITH(${merged(sketch)}, IF(__v IS NULL, NULL, ${sketchOf(`SELECT DISTINCT __e FROM UNNEST(__v) AS __s, ${elementsOf('__s')} AS __e`)}))`,
};
