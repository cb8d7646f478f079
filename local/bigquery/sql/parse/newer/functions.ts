import {
  child,
  children,
  findAll,
  isNode,
  pathSegments,
  spanOf,
  type TreeNode,
  unwrap,
} from '../../engine/tree';
import { bytesAt, type Edit, type SqlText } from '../sql-text';
import { arrayFunctions } from './array-functions';
import { buckets } from './buckets';
import { hllSketches } from './hll-sketches';
import { jsonFunctions } from './json-functions';
import type { NewerCall, Rewrites } from './newer-call';

const rewrites: Rewrites = {
  MAX_BY: ({ arguments: [value, key] }) => value && key && `ANY_VALUE(${value} HAVING MAX ${key})`,
  MIN_BY: ({ arguments: [value, key] }) => value && key && `ANY_VALUE(${value} HAVING MIN ${key})`,
  // Exact results are as good as approximate ones.
  APPROX_COUNT_DISTINCT: ({ arguments: [value] }) => value && `COUNT(DISTINCT ${value})`,
  APPROX_QUANTILES: quantiles,
  APPROX_TOP_COUNT: ({ arguments: [value, count] }) =>
    value && count && topOf(`ARRAY_AGG(STRUCT(${value} AS value))`, 'COUNT(*)', 'count', count),
  APPROX_TOP_SUM: ({ arguments: [value, weight, count] }) =>
    value &&
    weight &&
    count &&
    topOf(`ARRAY_AGG(STRUCT(${value} AS value, ${weight} AS weight))`, 'SUM(__e.weight)', 'sum', count),
  ...buckets,
  ...hllSketches,
  ...jsonFunctions,
  ...arrayFunctions,
  CONTAINS_SUBSTR: ({ arguments: [value, part] }) =>
    value &&
    part &&
    `(STRPOS(NORMALIZE_AND_CASEFOLD(CAST((${value}) AS STRING), NFKC), NORMALIZE_AND_CASEFOLD(${part}, NFKC)) > 0)`,
  SESSION_USER: () => "'local@localhost'",
};

/** The names of the functions that are put in other words. */
export const rewrittenFunctions: readonly string[] = Object.keys(rewrites);

/** Puts calls of functions that the engine lacks in words that it knows. */
export function functionEdits(text: SqlText, tree: TreeNode): readonly Edit[] {
  const edits: Edit[] = [];
  findAll(tree, 'astFunctionCallNode', (node) => {
    const place = spanOf(node);
    const name = pathSegments(child(node, 'function')).join('.').toUpperCase();
    const rewrite = Object.hasOwn(rewrites, name) ? rewrites[name] : undefined;
    if (rewrite === undefined || place === undefined || isNode(node.havingModifier)) return;
    const given = children(node, 'arguments').map((argument) => {
      const span = spanOf(unwrap(argument)?.node);
      return span === undefined ? '' : bytesAt(text, span);
    });
    const replacement = rewrite({ arguments: given, node, text });
    if (replacement !== undefined && replacement !== '') edits.push({ ...place, replacement });
  });
  return edits;
}

function quantiles({ arguments: [value, count], node }: NewerCall): string | undefined {
  if (value === undefined || count === undefined) return undefined;
  const distinct = node.distinct === true ? 'DISTINCT ' : '';
  const nulls = node.nullHandlingModifier === 'RESPECT_NULLS' ? '' : ' IGNORE NULLS';
  const place = `OFFSET(CAST(ROUND(__i * (ARRAY_LENGTH(__v) - 1) / ${count}) AS INT64))`;
  return `WITH(__v AS ARRAY_AGG(${distinct}${value}${nulls} ORDER BY ${value}), IF(__v IS NULL, NULL, ARRAY_TRANSFORM(GENERATE_ARRAY(0, ${count}), __i -> __v[${place}])))`;
}

function topOf(values: string, aggregate: string, name: string, count: string): string {
  return `WITH(__v AS ${values}, ARRAY(SELECT AS STRUCT __e.value AS value, ${aggregate} AS ${name} FROM UNNEST(__v) AS __e GROUP BY value ORDER BY ${name} DESC LIMIT ${count}))`;
}
