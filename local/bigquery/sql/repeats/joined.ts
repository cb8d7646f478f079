import { type ByteSpan, child, children, findAll, spanOf, unwrap } from '../engine/tree';
import { bytesAt, type Edit, edited, quotedPath, type SqlText } from '../parse/sql-text';
import { groupedTable, type Repeat, type RepeatingSelect } from './repeated-queries';
import type { ResolvedFacts } from './resolved-facts';
import { type RunningWindow, windowJoin } from './windows';

/** What takes the place of an expression, and what is joined for that. */
interface Joined {
  readonly edit: Edit;
  readonly joins: string;
  /** The columns that the joins add. */
  readonly columns: readonly string[];
}

/** The text with each repeated query in the FROM clause, where it is evaluated once; undefined where there is none. */
export function withJoins(
  text: SqlText,
  selects: readonly RepeatingSelect[],
  facts: ResolvedFacts,
): SqlText | undefined {
  const edits: Edit[] = [];
  let number = 0;
  for (const { joinAt, stars, repeats } of selects) {
    const joined = repeats.flatMap((repeat) => {
      number += 1;
      return joinedOf(text, repeat, facts, `__r${joinAt}_${number}`) ?? [];
    });
    if (joined.length === 0) continue;
    const columns = joined.flatMap((each) => each.columns).join(', ');
    edits.push(...joined.map(({ edit }) => edit));
    edits.push({ start: joinAt, end: joinAt, replacement: joined.map(({ joins }) => joins).join('') });
    for (const { at, hasList } of stars)
      edits.push({ start: at, end: at, replacement: hasList ? `, ${columns}` : ` EXCEPT (${columns})` });
  }
  return edits.length === 0 ? undefined : edited(text, edits);
}

function joinedOf(text: SqlText, repeat: Repeat, facts: ResolvedFacts, name: string): Joined | undefined {
  if (repeat.window !== undefined) return joinedWindow(text, repeat.span, repeat.window, name);
  if (repeat.way === 'value') return joinedValue(text, repeat, name);
  return repeat.way === 'groups'
    ? joinedGroups(text, repeat, facts, name)
    : joinedMembers(text, repeat, name);
}

function joinedWindow(text: SqlText, span: ByteSpan, window: RunningWindow, name: string): Joined {
  const { joins, value, columns } = windowJoin(text, window, name);
  // Without a name, as before.
  return { edit: { ...span, replacement: `COALESCE(${value})` }, joins, columns };
}

/** A value that is the same for all rows. */
function joinedValue(text: SqlText, { span }: Repeat, name: string): Joined {
  const value = `${name}_value`;
  return {
    edit: { ...span, replacement: value },
    joins: `\nCROSS JOIN (SELECT ${bytesAt(text, span)} AS ${value}) AS ${name}`,
    columns: [value],
  };
}

/**
 * IN and NOT IN, with their nulls: of no rows nothing is a member; else null is perhaps one, and anything may be
 * where there is a null among them.
 */
function joinedMembers(text: SqlText, { span, node }: Repeat, name: string): Joined | undefined {
  const left = spanOf(unwrap(node.lhs)?.node);
  const members = membersOf(text, node, `${name}_member`);
  if (left === undefined || members === undefined) return undefined;
  const value = `(${bytesAt(text, left)}\n)`;
  const [member, found, count, nulls] = ['member', 'found', 'count', 'nulls'].map(
    (part) => `${name}_${part}`,
  );
  const isMember = `IF(${found}, TRUE, IF(${count} = 0 OR (${value} IS NOT NULL AND ${nulls} = 0), FALSE, NULL))`;
  return {
    edit: { ...span, replacement: `(${node.isNot === true ? 'NOT ' : ''}${isMember})` },
    joins: [
      `\nLEFT JOIN (SELECT DISTINCT ${member}, TRUE AS ${found} FROM (${members}\n)) AS ${name}`,
      ` ON ${value} = ${name}.${member}`,
      `\nCROSS JOIN (SELECT COUNT(*) AS ${count}, COUNTIF(${member} IS NULL) AS ${nulls} FROM (${members}\n))`,
    ].join(''),
    columns: [member, found, count, nulls].flatMap((column) => column ?? []),
  };
}

/** The query of the values on the right side of IN, with its column named. */
function membersOf(text: SqlText, node: Repeat['node'], name: string): string | undefined {
  const [array] = children(child(node, 'unnestExpr'), 'expressions');
  const arrayAt = spanOf(unwrap(array?.expression)?.node);
  if (arrayAt !== undefined) return `SELECT ${name} FROM UNNEST(${bytesAt(text, arrayAt)}) AS ${name}`;
  const place = spanOf(child(node, 'query'));
  const first = firstColumn(node.query);
  if (place === undefined || first === undefined) return undefined;
  const { start, end } = place;
  const named = edited(text, [{ ...first, replacement: ` AS ${name}` }]).bytes;
  return named.slice(start, end + named.length - text.bytes.length);
}

/** Where the alias of a query's only column stands, or would. */
function firstColumn(query: unknown): ByteSpan | undefined {
  let found: ByteSpan | undefined;
  let isFirst = true;
  findAll([child(query, 'queryExpr')], 'astSelectNode', (select) => {
    if (!isFirst) return;
    isFirst = false;
    const [column, ...others] = children(child(select, 'selectList'), 'columns');
    const expression = unwrap(column?.expression);
    const end = spanOf(column)?.end;
    const alias = spanOf(child(column, 'alias'));
    if (others.length > 0 || end === undefined || /Star/.test(expression?.kind ?? '')) return;
    found = alias ?? { start: end, end };
  });
  return found;
}

/** The rows of a table by what they are looked up by: each row outside sees only those that it may match. */
function joinedGroups(
  text: SqlText,
  { node }: Repeat,
  facts: ResolvedFacts,
  name: string,
): Joined | undefined {
  const table = groupedTable(node, facts);
  if (table === undefined) return undefined;
  const alias = quotedPath([table.name]);
  const fields = table.columns.map((column) => `${alias}.${quotedPath([column])}`).join(', ');
  const keys = table.keys.map(({ inner, outer }, index) => ({
    column: `${name}_key${index}`,
    inner: `(${bytesAt(text, inner)}\n)`,
    outer: `(${bytesAt(text, outer)}\n)`,
  }));
  const rows = `${name}_rows`;
  const list = keys.map(({ column, inner }) => `${inner} AS ${column}`).join(', ');
  const groupBy = keys.map(({ column }) => column).join(', ');
  const match = keys.map(({ column, outer }) => `${outer} = ${name}.${column}`).join(' AND ');
  const from = `${bytesAt(text, table.path)} AS ${alias}`;
  return {
    edit: { ...table.span, replacement: `UNNEST(${rows}) AS ${alias}` },
    joins: `\nLEFT JOIN (SELECT ${list}, ARRAY_AGG(STRUCT(${fields})) AS ${rows} FROM ${from} GROUP BY ${groupBy}) AS ${name} ON ${match}`,
    columns: [...keys.map(({ column }) => column), rows],
  };
}
