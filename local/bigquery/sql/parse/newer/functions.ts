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

/** A call of a function, with its arguments as texts. */
interface NewerCall {
  readonly arguments: readonly string[];
  readonly node: TreeNode;
  readonly text: SqlText;
}

type Rewrite = (call: NewerCall) => string | undefined;

const rewrites: Readonly<Record<string, Rewrite>> = {
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
  TIMESTAMP_BUCKET: (call) =>
    bucket(
      call,
      "TIMESTAMP '1950-01-01 00:00:00+00'",
      (value) => `UNIX_MICROS(${value})`,
      'TIMESTAMP_MICROS',
      microseconds,
    ),
  DATETIME_BUCKET: (call) =>
    monthBucket(call, 'DATETIME') ??
    bucket(
      call,
      "DATETIME '1950-01-01'",
      (value) => `DATETIME_DIFF(${value}, DATETIME '1970-01-01', MICROSECOND)`,
      "DATETIME_ADD(DATETIME '1970-01-01', INTERVAL",
      microseconds,
    ),
  DATE_BUCKET: (call) =>
    monthBucket(call, 'DATE') ??
    bucket(call, "DATE '1950-01-01'", (value) => `UNIX_DATE(${value})`, 'DATE_FROM_UNIX_DATE', {
      DAY: 1,
      WEEK: 7,
    }),
  CONTAINS_SUBSTR: ({ arguments: [value, part] }) =>
    value &&
    part &&
    `(STRPOS(NORMALIZE_AND_CASEFOLD(CAST((${value}) AS STRING), NFKC), NORMALIZE_AND_CASEFOLD(${part}, NFKC)) > 0)`,
  SESSION_USER: () => "'local@localhost'",
};

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

const microseconds: Readonly<Record<string, number>> = {
  MICROSECOND: 1,
  MILLISECOND: 1_000,
  SECOND: 1_000_000,
  MINUTE: 60_000_000,
  HOUR: 3_600_000_000,
  DAY: 86_400_000_000,
  WEEK: 604_800_000_000,
};

const months: Readonly<Record<string, number>> = { MONTH: 1, QUARTER: 3, YEAR: 12 };

/** The count and unit of the interval that is a call's second argument. */
function intervalOf({
  node,
  text,
}: NewerCall): { readonly count: string; readonly unit: string } | undefined {
  const interval = unwrap(children(node, 'arguments')[1]);
  const count = spanOf(unwrap(interval?.node.intervalValue)?.node);
  const unit = spanOf(child(interval?.node, 'datePartName'));
  if (interval?.kind !== 'astIntervalExprNode' || count === undefined || unit === undefined) return undefined;
  return { count: bytesAt(text, count), unit: bytesAt(text, unit).toUpperCase() };
}

/** Where the bucket of a time begins, counted in whole units of a fixed length. */
function bucket(
  call: NewerCall,
  defaultOrigin: string,
  toNumber: (value: string) => string,
  fromNumber: string,
  units: Readonly<Record<string, number>>,
): string | undefined {
  const interval = intervalOf(call);
  const [value, , origin = defaultOrigin] = call.arguments;
  const unit = interval && units[interval.unit];
  if (value === undefined || interval === undefined || unit === undefined) return undefined;
  const width = `((${interval.count}) * ${unit})`;
  const number = toNumber(value);
  const behind = `MOD(MOD(${number} - ${toNumber(origin)}, ${width}) + ${width}, ${width})`;
  const begin = `${number} - ${behind}`;
  return fromNumber.includes('(') ? `${fromNumber} (${begin}) MICROSECOND)` : `${fromNumber}(${begin})`;
}

/** Of a length in months, which are counted from January 1950. */
function monthBucket(call: NewerCall, type: 'DATE' | 'DATETIME'): string | undefined {
  const interval = intervalOf(call);
  const [value, , origin] = call.arguments;
  const unit = interval && months[interval.unit];
  if (value === undefined || interval === undefined || unit === undefined || origin !== undefined)
    return undefined;
  const width = `((${interval.count}) * ${unit})`;
  const number = `((EXTRACT(YEAR FROM ${value}) - 1950) * 12 + EXTRACT(MONTH FROM ${value}) - 1)`;
  const begin = `${number} - MOD(MOD(${number}, ${width}) + ${width}, ${width})`;
  return `${type}_ADD(${type} '1950-01-01', INTERVAL (${begin}) MONTH)`;
}
