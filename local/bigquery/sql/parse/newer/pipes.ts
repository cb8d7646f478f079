import { notImplemented } from '../query-errors';
import { derived, type SqlText } from '../sql-text';

/** What a text is read by: what means something to pipes, and what could hide it. */
const token =
  /'''[\s\S]*?'''|"""[\s\S]*?"""|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|--[^\n]*|#[^\n]*|\/\*[\s\S]*?\*\/|\|>|\w+|[\s\S]/g;

/** A text without pipe syntax: each operator becomes a SELECT over what stands before it. */
export function withoutPipes(text: SqlText): SqlText {
  if (!text.bytes.includes('|>')) return text;
  const bytes = rewritten(text.bytes.match(token) ?? []);
  return bytes === text.bytes ? text : derived(text, bytes);
}

/** Statements, and queries in parentheses, each by itself. */
function rewritten(tokens: readonly string[]): string {
  const statements: string[] = [];
  let pieces: string[][] = [[]];
  const end = (separator: string) => {
    statements.push(statementOf(pieces), separator);
    pieces = [[]];
  };
  for (let index = 0; index < tokens.length; index += 1) {
    const each = tokens[index] ?? '';
    if (each === '|>') pieces.push([]);
    else if (each === ';') end(each);
    else if (each === '(') {
      const close = closing(tokens, index);
      pieces.at(-1)?.push(`(${rewritten(tokens.slice(index + 1, close))}${tokens[close] ?? ''}`);
      index = close;
    } else pieces.at(-1)?.push(each);
  }
  end('');
  return statements.join('');
}

function closing(tokens: readonly string[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index += 1) {
    if (tokens[index] === '(') depth += 1;
    if (tokens[index] === ')') depth -= 1;
    if (depth === 0) return index;
  }
  return tokens.length;
}

/** A query on its way: what it reads, and the conditions so far. */
interface Piped {
  readonly from: string;
  readonly conditions: readonly string[];
  /** ORDER BY, if that came last. */
  readonly order: string;
}

const whole = (from: string): Piped => ({ from, conditions: [], order: '' });

function statementOf([first = [], ...operators]: readonly string[][]): string {
  if (operators.length === 0) return first.join('');
  const begin = queryStart(first);
  const prefix = first.slice(0, begin).join('');
  const query = first.slice(begin).join('').trim();
  const start = /^FROM\b/i.test(query) ? whole(query.slice(4)) : whole(`(${query}\n)`);
  return `${prefix}${selectOf('*', operators.reduce(piped, start))}`;
}

/** Where the query begins, behind WITH and what it defines, or behind CREATE TABLE … AS. */
function queryStart(tokens: readonly string[]): number {
  const found = tokens.findIndex((each) => /^(SELECT|FROM)$/i.test(each));
  return found < 0 ? 0 : found;
}

function selectOf(list: string, { from, conditions, order }: Piped, behind = ''): string {
  const where =
    conditions.length === 0 ? '' : ` WHERE ${conditions.map((each) => `(${each}\n)`).join(' AND ')}`;
  return `SELECT ${list} FROM ${from}${where}${behind}${order}`;
}

const inParentheses = (query: string): string => `(${query}\n)`;

function piped(before: Piped, tokens: readonly string[]): Piped {
  const text = tokens.join('').trim();
  const [, name = '', rest = ''] = /^(\w+)\s*([\s\S]*)$/.exec(text) ?? [];
  const select = (list: string, behind = '') => whole(inParentheses(selectOf(list, before, behind)));
  switch (name.toUpperCase()) {
    case 'WHERE':
      return before.order === ''
        ? { ...before, conditions: [...before.conditions, rest] }
        : { ...select('*'), conditions: [rest] };
    case 'SELECT':
      return select(rest);
    case 'EXTEND':
    case 'WINDOW':
      return select(`*, ${rest}`);
    case 'DROP':
      return select(`* EXCEPT (${rest})`);
    case 'SET':
      return select(`* REPLACE (${commaParts(tokens, behindName(tokens)).map(replaced).join(', ')})`);
    case 'DISTINCT':
      return select('DISTINCT *');
    case 'AGGREGATE':
      return aggregated(tokens, select);
    case 'ORDER':
      return { ...before, order: ` ${text}` };
    case 'LIMIT':
      return limited(before, text);
    case 'AS':
      return whole(`${inParentheses(selectOf('*', before))} AS ${rest}`);
    case 'JOIN':
    case 'INNER':
    case 'LEFT':
    case 'RIGHT':
    case 'FULL':
    case 'CROSS':
    case 'PIVOT':
    case 'UNPIVOT':
      return joined(before, text);
    case 'UNION':
    case 'INTERSECT':
    case 'EXCEPT':
      return united(before, tokens);
    case 'TABLESAMPLE':
      if (/^[\w.`\s-]+$/.test(before.from) && before.conditions.length === 0) return joined(before, text);
      throw notImplemented('The pipe operator TABLESAMPLE behind other operators');
    default:
      throw notImplemented(`The pipe operator ${name.toUpperCase()}`);
  }
}

const limited = (before: Piped, limit: string): Piped =>
  whole(inParentheses(`${selectOf('*', before)} ${limit}`));

const joined = (before: Piped, join: string): Piped => {
  const isPlain = before.conditions.length === 0 && before.order === '';
  return whole(`${isPlain ? before.from : inParentheses(selectOf('*', before))} ${join}`);
};

/** `UNION ALL (query), (query)`. */
function united(before: Piped, tokens: readonly string[]): Piped {
  const first = tokens.findIndex((each) => each.startsWith('('));
  const operator = tokens.slice(0, first).join('').trim();
  const others = commaParts(tokens, first).map((query) => ` ${operator} ${query}`);
  return whole(inParentheses(`${inParentheses(selectOf('*', before))}${others.join('')}`));
}

/** `column = value` of SET. */
const replaced = (assignment: string): string => {
  const [, column = '', value = ''] = /^\s*([^=]+?)\s*=([\s\S]*)$/.exec(assignment) ?? [];
  return `${value} AS ${column}`;
};

/** AGGREGATE … GROUP BY: the keys come first in the result. */
function aggregated(tokens: readonly string[], select: (list: string, behind: string) => Piped): Piped {
  const group = tokens.findIndex((each) => /^GROUP$/i.test(each));
  const aggregates = commaParts(tokens.slice(0, group < 0 ? undefined : group), behindName(tokens));
  if (group < 0) return select(aggregates.join(', '), '');
  const by = tokens.findIndex((each, index) => index > group && /^BY$/i.test(each));
  const isOrdered = tokens.slice(group, by).some((each) => /^ORDER$/i.test(each));
  const keys = commaParts(tokens, by + 1).map((key) => {
    const [, value = key, direction = ''] =
      /^([\s\S]*?)\s+((?:ASC|DESC)(?:\s+NULLS\s+\w+)?)$/i.exec(key) ?? [];
    return { value, direction };
  });
  const places = keys.map((_, index) => index + 1).join(', ');
  const list = [...keys.map(({ value }) => value), ...aggregates].join(', ');
  const grouped = select(list, ` GROUP BY ${places}`);
  const order = keys.map(({ direction }, index) => `${index + 1} ${direction}`).join(', ');
  return isOrdered ? { ...grouped, order: ` ORDER BY ${order}` } : grouped;
}

/** Behind an operator's name. */
const behindName = (tokens: readonly string[]): number => tokens.findIndex((each) => /^\w/.test(each)) + 1;

/** What commas separate from a token on; in brackets they separate nothing. */
function commaParts(tokens: readonly string[], from: number): readonly string[] {
  const parts: string[] = [''];
  let depth = 0;
  for (const each of tokens.slice(from)) {
    if (each === '[' || each === '{') depth += 1;
    if (each === ']' || each === '}') depth -= 1;
    if (each === ',' && depth === 0) parts.push('');
    else parts.push(`${parts.pop()}${each}`);
  }
  return parts.map((part) => part.trim()).filter((part) => part !== '');
}
