import { isBuiltIn } from './built-in-functions';
import { kindOfTable, type ReadKind, refusalOfKind } from './named-reads';
import { isSymbol, reservedWord, type SqlToken, tokenAt } from './sql-tokens';

/** Something that a text reads, and where its name is. */
export interface TextRead {
  readonly kind: ReadKind;
  readonly name: string;
  readonly offset: number;
}

/** Why a text must not run, and where in it. */
export interface TextRefusal {
  /** Whether it is no query that can be followed, or reads what it must not. */
  readonly kind: 'statement' | 'source';
  readonly offset: number;
  readonly message: string;
}

/**
 * Why a text must not run, as far as the text itself says: it is no single query, or it reads something else
 * than plain tables. Which tables it may read is for `judgeQuery`, which is told their datasets.
 */
export function refuseText(sql: string): readonly TextRefusal[] {
  const found = findTextReads(sql);
  if (!Array.isArray(found)) return [found];
  return found.flatMap(({ kind, name, offset }): readonly TextRefusal[] => {
    const message = refusalOfKind(kind, name);
    return message === undefined ? [] : [{ kind: 'source', offset, message }];
  });
}

/**
 * All that stands in a table's place in a query, and all functions that it calls. Tables stand after FROM and
 * JOIN, and after a comma between tables; WITH names and arrays of rows are among them. Refuses what it cannot
 * follow, so that a text that BigQuery understands otherwise does not get past it.
 * https://cloud.google.com/bigquery/docs/reference/standard-sql/query-syntax
 */
export function findTextReads(sql: string): TextRead[] | TextRefusal {
  const reading: Reading = { sql, token: tokenAt(sql, 0), before: [], levels: [levelOf('')], reads: [] };
  while (isSymbol(reading.token, '(')) open(reading, '(');
  if (!['SELECT', 'WITH'].includes(reservedWord(reading.token) ?? '')) {
    const { kind, text } = reading.token;
    return refused(
      oneSelect(kind === 'end' ? 'It is empty' : `It begins with ${shown(text)}`),
      reading.token,
    );
  }
  while (reading.token.kind !== 'end') {
    const refusal = readToken(reading);
    if (refusal !== undefined) return refusal;
  }
  const level = reading.levels.at(-1);
  if (level?.place === 'table') return refused('expected a table at the end of the text', reading.token);
  if (reading.levels.length > 1) return refused(`expected ${level?.closedBy}`, reading.token);
  return reading.reads;
}

/**
 * A pair of brackets, or the whole text. `table`: what comes next stands in a table's place. `tables`: among
 * the tables of a FROM clause, where a comma begins the next one.
 */
interface Level {
  readonly closedBy: string;
  /** Whether its FROM belongs to an EXTRACT. */
  isExtract: boolean;
  place: 'table' | 'tables' | 'elsewhere';
}

/** How far a text has been read. */
interface Reading {
  readonly sql: string;
  token: SqlToken;
  /** The tokens before it that matter, the last one first. */
  before: readonly SqlToken[];
  readonly levels: Level[];
  readonly reads: TextRead[];
}

const levelOf = (closedBy: string, place: Level['place'] = 'elsewhere', isExtract = false): Level => ({
  closedBy,
  place,
  isExtract,
});

/** Reads one token, or a whole path of names. */
function readToken(reading: Reading): TextRefusal | undefined {
  const { sql, token, levels } = reading;
  const level = levels.at(-1);
  if (level === undefined) return refused('expected no further closing bracket', token);
  const { kind, text } = token;
  if (kind === 'open')
    return refused('expected comments, texts and quoted names that end, and plain characters', token);
  if (kind === 'symbol' && closings.has(text)) return open(reading, text);
  if (level.place === 'table') return readTable(reading, level);
  if (kind === 'symbol') return readSymbol(reading, level);
  const keyword = isSymbol(reading.before[0], '.') ? undefined : reservedWord(token);
  if (keyword !== undefined) {
    readKeyword(keyword, level, reading.before);
  } else if (kind === 'word' || kind === 'quoted') {
    const path = pathAt(sql, token, false);
    if (path === undefined) return backslash(token);
    if (path.isCalled) addRead(reading, kindOfFunction(path.name, kind), path.name);
    return passOver(reading, path.last);
  }
  return passOver(reading, token);
}

const closings: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
]);

function open(reading: Reading, bracket: string): TextRefusal | undefined {
  const { token, levels, before } = reading;
  const level = levels.at(-1);
  const isTables = level?.place === 'table';
  if (isTables && bracket !== '(') return refused(`expected a table, given ${bracket}`, token);
  if (isTables) level.place = 'tables';
  const isExtract = before[0] !== undefined && reservedWord(before[0]) === 'EXTRACT';
  levels.push(levelOf(closings.get(bracket) ?? '', isTables ? 'table' : 'elsewhere', isExtract));
  return passOver(reading, token);
}

function readSymbol(reading: Reading, level: Level): TextRefusal | undefined {
  const { sql, token, levels } = reading;
  const { text } = token;
  if (text === '|>') return refused('expected a query without |>', token);
  if (text === ';') {
    const isLast = levels.length === 1 && tokenAt(sql, token.end).kind === 'end';
    if (!isLast) return refused(oneSelect('It is of type SCRIPT'), token);
  }
  if ([...closings.values()].includes(text)) {
    if (text !== level.closedBy) return refused(`expected ${level.closedBy || 'no bracket'}`, token);
    levels.pop();
  }
  if (text === ',' && level.place === 'tables') level.place = 'table';
  return passOver(reading, token);
}

/** After these no comma begins a table any more, until the next FROM. */
const endsTables: ReadonlySet<string> = new Set(
  'SELECT GROUP ORDER WINDOW UNION INTERSECT EXCEPT'.split(' '),
);

function readKeyword(keyword: string, level: Level, before: readonly SqlToken[]): void {
  if (keyword === 'JOIN' || (keyword === 'FROM' && !isPartOfExpression(level, before))) level.place = 'table';
  else if (endsTables.has(keyword)) level.place = 'elsewhere';
  if (keyword === 'SELECT') level.isExtract = false;
}

/** `EXTRACT(DAY FROM x)` and `x IS DISTINCT FROM y` read no table. */
function isPartOfExpression({ isExtract }: Level, before: readonly SqlToken[]): boolean {
  if (isExtract) return true;
  const [last, second, third] = before.map(reservedWord);
  return last === 'DISTINCT' && (second === 'IS' || (second === 'NOT' && third === 'IS'));
}

/** Reads what stands in a table's place: a table, a query, an array, or something that is refused. */
function readTable(reading: Reading, level: Level): TextRefusal | undefined {
  const { sql, token } = reading;
  const keyword = reservedWord(token);
  if (keyword === 'SELECT' || keyword === 'WITH') {
    level.place = 'elsewhere';
    return passOver(reading, token);
  }
  level.place = 'tables';
  if (keyword === 'UNNEST') return passOver(reading, token);
  if (keyword !== undefined || (token.kind !== 'word' && token.kind !== 'quoted'))
    return refused(`expected a table, given ${shown(token.text)}`, token);
  const path = pathAt(sql, token, true);
  if (path === undefined) return backslash(token);
  addRead(reading, path.isCalled ? 'table function' : kindOfTable(path.name), path.name);
  return passOver(reading, path.last);
}

/** Words before brackets that are no keywords, and call nothing. */
const wordsBeforeBrackets: ReadonlySet<string> = new Set(
  `SAFE_CAST PIVOT UNPIVOT SYSTEM RESERVOIR REPEATABLE SETS OFFSET ORDINAL SAFE_OFFSET SAFE_ORDINAL
  STRING BYTES NUMERIC BIGNUMERIC DECIMAL BIGDECIMAL`.split(/\s+/),
);

function kindOfFunction(name: string, kind: SqlToken['kind']): ReadKind {
  const isForm = kind === 'word' && wordsBeforeBrackets.has(name.toUpperCase());
  return isForm || isBuiltIn(name) ? 'function of GoogleSQL' : 'function of another kind';
}

function addRead({ reads, token }: Reading, kind: ReadKind, name: string): void {
  reads.push({ kind, name, offset: token.start });
}

/** Goes on after a token. */
function passOver(reading: Reading, last: SqlToken): undefined {
  reading.before = [last, ...reading.before].slice(0, 3);
  reading.token = tokenAt(reading.sql, last.end);
}

/**
 * A name with what follows it after points; undefined if a backslash hides what it is. Without quotes, the
 * first part of a table's path may have dashes, as projects have.
 */
function pathAt(sql: string, first: SqlToken, isTable: boolean) {
  let last = isTable && first.kind === 'word' ? withDashes(sql, first) : first;
  const names = [last.text];
  let next = tokenAt(sql, last.end);
  while (isSymbol(next, '.')) {
    const name = tokenAt(sql, next.end);
    if (name.kind !== 'word' && name.kind !== 'quoted') break;
    names.push(name.text);
    last = name;
    next = tokenAt(sql, last.end);
  }
  const name = names.join('.');
  // What a path ends with is a name, even if it looks like a keyword.
  if (name.includes('\\')) return undefined;
  return { name, last: { ...last, kind: 'quoted' as const }, isCalled: isSymbol(next, '(') };
}

function withDashes(sql: string, first: SqlToken): SqlToken {
  dashed.lastIndex = first.start;
  const text = dashed.exec(sql)?.[0] ?? first.text;
  return { ...first, text, end: first.start + text.length };
}

const dashed = /[A-Za-z_]\w*(?:-\w+)+/y;

const refused = (message: string, { start }: SqlToken): TextRefusal => ({
  kind: 'statement',
  offset: start,
  message,
});

const backslash = (token: SqlToken): TextRefusal =>
  refused(`${shown(token.text)}: expected a quoted name without a backslash`, token);

const oneSelect = (given: string) =>
  `${given}; expected one SELECT: a step writes through its destination only.`;

const shown = (text: string) => (text.length > 40 ? `${text.slice(0, 40)}…` : text);
