import {
  type ByteSpan,
  child,
  children,
  isNode,
  pathSegments,
  spanOf,
  type TreeNode,
  unwrap,
} from '../engine/tree';
import { bytesAt, type SqlText } from '../parse/sql-text';

/**
 * An aggregate over a window that the engine would evaluate over again for each row: of all rows of a partition, or of
 * those up to a row and its peers.
 */
export interface RunningWindow {
  /** The function's name, in capitals. */
  readonly name: string;
  readonly call: ByteSpan;
  readonly argument: ByteSpan | undefined;
  readonly partitions: readonly ByteSpan[];
  readonly order: { readonly clause: ByteSpan; readonly keys: readonly ByteSpan[] } | undefined;
  readonly from: ByteSpan;
  readonly where: ByteSpan | undefined;
}

/** How the aggregates of parts make that of the whole. */
const combined: Readonly<Record<string, 'SUM' | 'MIN' | 'MAX'>> = {
  COUNT: 'SUM',
  COUNTIF: 'SUM',
  SUM: 'SUM',
  MIN: 'MIN',
  MAX: 'MAX',
};

const ofWholePartitions = new Set([...Object.keys(combined), 'AVG']);

/** Reads a window of a plain SELECT; undefined where it is another. */
export function runningWindow(select: TreeNode, analytic: TreeNode): RunningWindow | undefined {
  const from = spanOf(child(select, 'fromClause'));
  const spec = child(analytic, 'windowSpec');
  const { kind, node: call } = unwrap(analytic.expression) ?? {};
  const place = spanOf(call);
  if (from === undefined || spec === undefined || call === undefined || place === undefined) return undefined;
  if (isNode(select.groupBy) || isNode(spec.baseWindowName) || isNode(spec.windowFrame)) return undefined;
  const name = pathSegments(child(call, 'function')).join('.').toUpperCase();
  const [argument, ...others] = children(call, 'arguments').map((each) => unwrap(each));
  const isPlain =
    kind === 'astFunctionCallNode' &&
    others.length === 0 &&
    call.distinct !== true &&
    (call.nullHandlingModifier ?? 'DEFAULT_NULL_HANDLING') === 'DEFAULT_NULL_HANDLING' &&
    !isNode(call.havingModifier) &&
    !isNode(call.orderBy) &&
    !isNode(call.limitOffset);
  const partitions = spansOf(child(spec, 'partitionBy')?.partitioningExpressions);
  const clause = spanOf(child(spec, 'orderBy'));
  const items = children(child(spec, 'orderBy'), 'orderingExpressions');
  const known = clause === undefined ? ofWholePartitions.has(name) : combined[name] !== undefined;
  if (!isPlain || !known) return undefined;
  if (
    isOwn(child(spec, 'partitionBy')?.partitioningExpressions) ||
    items.some((item) => isNode(item.collate))
  )
    return undefined;
  return {
    name,
    call: place,
    argument: argument?.kind === 'astStarNode' ? undefined : spanOf(argument?.node),
    partitions,
    order: clause && { clause, keys: spansOf(items.map((item) => item.expression)) },
    from,
    where: spanOf(unwrap(child(select, 'whereClause')?.expression)?.node),
  };
}

const spansOf = (list: unknown): readonly ByteSpan[] =>
  (Array.isArray(list) ? list : []).flatMap((each) => spanOf(unwrap(each)?.node) ?? []);

/** Whether it was made here already. */
const isOwn = (partitions: unknown): boolean =>
  (Array.isArray(partitions) ? partitions : []).some((each) =>
    pathSegments(unwrap(each)?.node)[0]?.startsWith('__r'),
  );

/**
 * Sums of FLOAT64 depend on their order, so that they stay as they are: the engine refuses MOD of FLOAT64, and with it
 * the whole text.
 */
function argumentOf({ name, argument }: RunningWindow, written: (span: ByteSpan) => string): string {
  if (argument === undefined) return '1';
  const value = written(argument);
  return name === 'SUM' ? `IF(TRUE, ${value}, MOD(${value}, 1))` : value;
}

/** Groups of peers in a block: the sums of whole blocks, and those inside one, are added. */
const blockSize = 40;

/** The join that has a window's value for each row, and the name of that. */
export function windowJoin(
  text: SqlText,
  window: RunningWindow,
  name: string,
): { readonly joins: string; readonly value: string; readonly columns: readonly string[] } {
  const [value, partition, key] = [`${name}_value`, `${name}_p`, `${name}_k`];
  const written = (span: ByteSpan) => `(${bytesAt(text, span)}\n)`;
  const keyOf = (spans: readonly ByteSpan[]) =>
    spans.length === 0 ? "''" : `TO_JSON_STRING(STRUCT(${spans.map(written).join(', ')}))`;
  const { order, partitions } = window;
  const rows = `${bytesAt(text, window.from)}${window.where === undefined ? '' : ` WHERE ${written(window.where)}`}`;
  const from = /^FROM\b/i.test(rows) ? rows : `FROM ${rows}`;
  const ofPartition = `${keyOf(partitions)} = ${name}.${partition}`;
  if (order === undefined) {
    const query = `SELECT ${keyOf(partitions)} AS ${partition}, ${bytesAt(text, window.call)} AS ${value} ${from} GROUP BY 1`;
    return {
      joins: `\nLEFT JOIN (${query}) AS ${name} ON ${ofPartition}`,
      value,
      columns: [partition, value],
    };
  }
  const by = partitions.length === 0 ? '' : `PARTITION BY ${partitions.map(written).join(', ')} `;
  const ranked = `SELECT ${keyOf(partitions)} AS ${partition}, ${keyOf(order.keys)} AS ${key}, RANK() OVER (${by}${bytesAt(text, order.clause)}) AS __n, ${argumentOf(window, written)} AS __x ${from}`;
  const aggregate = window.argument === undefined ? 'COUNT(*)' : `${window.name}(__x)`;
  const peers = `SELECT ${partition}, ${key}, __n, ${aggregate} AS __s FROM (${ranked}) GROUP BY 1, 2, 3`;
  const numbered = `SELECT *, DIV(DENSE_RANK() OVER (PARTITION BY ${partition} ORDER BY __n), ${blockSize}) AS __b FROM (${peers})`;
  const add = combined[window.name] ?? 'SUM';
  const blocks = `SELECT ${partition}, __b, ${add}(__s) AS __t, ARRAY_AGG(STRUCT(${key}, __n, __s)) AS __g FROM (${numbered}) GROUP BY 1, 2`;
  const before = `SELECT ${partition}, __b, __g, ${add}(__t) OVER (PARTITION BY ${partition} ORDER BY __b ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS __e FROM (${blocks})`;
  const inside = `SELECT ${partition}, ${key}, __e, ${add}(__s) OVER (PARTITION BY ${partition}, __b ORDER BY __n) AS __i FROM (${before}), UNNEST(__g)`;
  const both = add === 'SUM' ? '__e + __i' : add === 'MIN' ? 'LEAST(__e, __i)' : 'GREATEST(__e, __i)';
  const query = `SELECT ${partition}, ${key}, IF(__e IS NULL, __i, IF(__i IS NULL, __e, ${both})) AS ${value} FROM (${inside})`;
  return {
    joins: `\nLEFT JOIN (${query}) AS ${name} ON ${ofPartition} AND ${keyOf(order.keys)} = ${name}.${key}`,
    value,
    columns: [partition, key, value],
  };
}
