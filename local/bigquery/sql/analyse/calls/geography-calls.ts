import type { Field } from '../../../model';
import { findAll, pathSegments, spanOf, type TreeNode } from '../../engine/tree';
import { notImplemented } from '../../parse/query-errors';
import type { Edit } from '../../parse/sql-text';

/**
 * GEOGRAPHY is evaluated as text, in the well-known form: the engine checks its types and evaluates none of its
 * functions. Those of points are put in words over texts.
 */

/** Metres. BigQuery computes on S2's sphere: https://cloud.google.com/bigquery/docs/geospatial-data#coordinate_systems */
const radius = '6371010.0';

const number = String.raw`[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const point = (x: string, y: string): string => String.raw`r'(?i)^\s*POINT\s*\(\s*${x}\s+${y}\s*\)\s*$'`;

const longitude = (text: string): string =>
  `CAST(REGEXP_EXTRACT(${text}, ${point(`(${number})`, number)}) AS FLOAT64)`;
const latitude = (text: string): string =>
  `CAST(REGEXP_EXTRACT(${text}, ${point(number, `(${number})`)}) AS FLOAT64)`;

/** A coordinate of one geography; what is no point has none. */
const coordinate = (name: string, read: (text: string) => string, text: string): string =>
  `WITH(__g AS (${text}\n), IF(__g IS NULL, NULL, COALESCE(${read('__g')}, ERROR('${name}: the geography is not a single point'))))`;

const pointText = (x: string, y: string): string =>
  `CONCAT('POINT(', CAST(${x} AS STRING), ' ', CAST(${y} AS STRING), ')')`;

const made = (x: string, y: string): string =>
  `WITH(__x AS CAST((${x}\n) AS FLOAT64), __y AS CAST((${y}\n) AS FLOAT64), IF(__x IS NULL OR __y IS NULL, NULL, IF(ABS(__y) > 90, ERROR(FORMAT('ST_GeogPoint failed: Invalid lat value: %g, it must be within [-90, 90]', __y)), ${pointText('IF(ABS(__x) > 180, __x - 360 * ROUND(__x / 360), __x)', '__y')})))`;

/** By the haversine formula. */
const distance = (left: string, right: string): string => {
  const known = `__x1 AS ${coordinate('ST_DISTANCE', longitude, left)}, __y1 AS ${coordinate('ST_DISTANCE', latitude, left)}, __x2 AS ${coordinate('ST_DISTANCE', longitude, right)}, __y2 AS ${coordinate('ST_DISTANCE', latitude, right)}`;
  const radians = 'ACOS(-1) / 180';
  const half = (first: string, last: string) => `POW(SIN((${last} - ${first}) * ${radians} / 2), 2)`;
  const angle = `2 * ASIN(LEAST(1.0, SQRT(${half('__y1', '__y2')} + COS(__y1 * ${radians}) * COS(__y2 * ${radians}) * ${half('__x1', '__x2')})))`;
  return `WITH(${known}, ${radius} * ${angle})`;
};

/** A point in the form that BigQuery answers; anything else as it is. */
const normal = (text: string): string =>
  `WITH(__t AS (${text}\n), __px AS ${longitude('__t')}, __py AS ${latitude('__t')}, IF(__px IS NULL, __t, ${pointText('__px', '__py')}))`;

const functions: Readonly<Record<string, (...given: readonly string[]) => string>> = {
  st_geogpoint: (x = '', y = '') => made(x, y),
  st_geogfromtext: (text = '') => normal(text),
  st_astext: (geography = '') => normal(geography),
  st_x: (geography = '') => coordinate('ST_X', longitude, geography),
  st_y: (geography = '') => coordinate('ST_Y', latitude, geography),
  st_distance: (left = '', right = '') => distance(left, right),
  st_dwithin: (left = '', right = '', metres = '') => `(${distance(left, right)} <= (${metres}\n))`,
  st_equals: (left = '', right = '') => `(${normal(left)} = ${normal(right)})`,
};

/** A call of a function of geographies, over texts; undefined: it is another function. @throws BigQueryError `notImplemented` */
export function geographyCall(name: string, given: readonly string[]): string | undefined {
  const own = /^ZetaSQL:((?:st|s2)_\w+)$/.exec(name)?.[1];
  if (own === undefined) return undefined;
  const write = functions[own];
  if (write === undefined) throw notImplemented(`The function ${own.toUpperCase()}`);
  if (given.includes(unplaced)) throw notImplemented(`${own.toUpperCase()} of a literal NULL`);
  return write(...given);
}

/** In place of an argument that stands nowhere in the text. */
export const unplaced = '';

/** The type's name where a query names it. */
export function geographyTypes(tree: TreeNode): readonly Edit[] {
  const edits: Edit[] = [];
  findAll(tree, 'astSimpleTypeNode', (node) => {
    const place = spanOf(node.typeName) ?? spanOf(node);
    const isGeography = pathSegments(node.typeName).join('.').toUpperCase() === 'GEOGRAPHY';
    if (place !== undefined && isGeography) edits.push({ ...place, replacement: 'STRING' });
  });
  return edits;
}

/** A field as it is evaluated. */
export function evaluatedField(field: Field): Field {
  if (field.type === 'GEOGRAPHY') return { ...field, type: 'STRING' };
  if (field.fields === undefined) return field;
  const fields = field.fields.map(evaluatedField);
  return fields.every((inner, index) => inner === field.fields?.[index]) ? field : { ...field, fields };
}
