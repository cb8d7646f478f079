import type { Dialect } from '../engine/dialect';
import { type EngineClient, EngineFailure } from '../engine/engine-client';
import { lru } from '../engine/lru';
import {
  type ByteSpan,
  child,
  children,
  findAll,
  findPaths,
  isNode,
  pathSegments,
  spanOf,
  type TreeNode,
  unwrap,
} from '../engine/tree';
import { systemVariableName } from '../script/system-variables';
import { type LeafSelect, leafSelects } from './leaf-selects';
import { withoutNewerSql } from './newer/newer-sql';
import { withoutPipes } from './newer/pipes';
import { queryError } from './query-errors';
import { type RoutineCall, routineCalls } from './routine-calls';
import { type Edit, edited, fromBytes, givenText, offsetAt, quotedPath, type SqlText } from './sql-text';

/** A statement of a script: the kind of its parse tree (`astUpdateStatementNode`), and where it stands. */
export interface ParsedStatement {
  readonly kind: string;
  readonly node: TreeNode;
  readonly span: ByteSpan;
}

export interface TablePath {
  readonly path: readonly string[];
  readonly span: ByteSpan;
  readonly hasAlias: boolean;
  /** Whether an entry of WITH somewhere in the text has this name. */
  readonly isOfWith?: boolean;
  /** FOR SYSTEM_TIME AS OF: the clause, and the time in it. */
  readonly systemTime?: { readonly span: ByteSpan; readonly expression: ByteSpan } | undefined;
}

interface QueryReads {
  readonly paths: readonly TablePath[];
  readonly calls: readonly RoutineCall[];
}

export interface ParsedScript {
  readonly text: SqlText;
  readonly statements: readonly ParsedStatement[];
}

export interface Parser {
  /**
   * Parses a script as the caller sent it. Positional parameters get names; quoted table paths are taken
   * apart.
   */
  readonly script: (sql: string) => Promise<ParsedScript>;
  /** The places in a query's text where a table may be named. */
  readonly tablePaths: (query: SqlText) => Promise<readonly TablePath[]>;
  /** The places in a query's text where a function of a dataset may be called. */
  readonly routineCalls: (query: SqlText) => Promise<readonly RoutineCall[]>;
  /** The parse tree of a query. Seldom asked for, so not kept. */
  readonly tree: (query: SqlText) => Promise<TreeNode>;
  /** The innermost SELECTs of a query that read one table. Seldom asked for, so not kept. */
  readonly leafSelects: (query: SqlText) => Promise<readonly LeafSelect[]>;
}

/** Parses with the engine itself, whose trees carry the place of every node. Results are kept by text. */
export function createParser(client: EngineClient, dialect: Dialect): Parser {
  const scripts = lru<Promise<ParsedScript>>(500);
  const reads = lru<Promise<QueryReads>>(1000);
  const readsOf = (query: SqlText) =>
    reads(query.bytes, async () => {
      const tree = await parse(query);
      return { paths: tablePathsOf(tree), calls: routineCalls(query, tree) };
    });
  const parse = async (sql: SqlText): Promise<TreeNode> => {
    const request = { sqlStatement: fromBytes(sql.bytes), options: dialect.options, allowScript: true };
    try {
      return child(await client.call('Parse', request), 'parsedScript') ?? {};
    } catch (error) {
      throw queryError(clearer(error, sql), sql);
    }
  };
  const script = async (sql: string): Promise<ParsedScript> => {
    const given = withoutPipes(givenText(sql));
    const givenTree = await parse(given);
    const original = await withoutNewerSql(given, givenTree, parse);
    const tree = original === given ? givenTree : await parse(original);
    const plain = edited(original, plainEdits(tree));
    const plainTree = plain === original ? tree : await parse(plain);
    return { text: plain, statements: statementsOf(child(plainTree, 'statementListNode')) };
  };
  return {
    script: (sql) => scripts(sql, () => script(sql)),
    tree: parse,
    leafSelects: async (query) => leafSelects(await parse(query)),
    tablePaths: async (query) => (await readsOf(query)).paths,
    routineCalls: async (query) => (await readsOf(query)).calls,
  };
}

export function statementsOf(list: unknown): readonly ParsedStatement[] {
  return children(list, 'statementList').flatMap((wrapper) => {
    const found = unwrap(wrapper);
    const place = found && spanOf(found.node);
    return found && place ? [{ ...found, span: place }] : [];
  });
}

function tablePathsOf(tree: unknown): readonly TablePath[] {
  const found: TablePath[] = [];
  const entries = new Set<string>();
  findAll(tree, 'withClause', (clause) => {
    for (const entry of children(clause, 'with')) {
      const name = child(entry, 'alias')?.idString;
      if (typeof name === 'string') entries.add(name.toLowerCase());
    }
  });
  findAll(tree, 'astTablePathExpressionNode', (node) => {
    const expression = child(node, 'pathExpr');
    const place = spanOf(expression);
    if (expression === undefined || place === undefined) return;
    const clause = spanOf(node.forSystemTime);
    const time = spanOf(unwrap(child(node, 'forSystemTime')?.expression)?.node);
    const path = pathSegments(expression);
    found.push({
      path,
      span: place,
      hasAlias: isNode(node.alias),
      ...(path.length === 1 && entries.has(path[0]?.toLowerCase() ?? '') && { isOfWith: true }),
      ...(clause && time && { systemTime: { span: clause, expression: time } }),
    });
  });
  return found;
}

/** Positional parameters are named by their place, from 1. */
export function positionalName(position: number): string {
  return `__positional_${position}`;
}

/** Names positional parameters, and takes `a.b.c` in one pair of quotes apart: no name of BigQuery's has a dot. */
function plainEdits(tree: TreeNode): readonly Edit[] {
  const edits: Edit[] = [];
  findAll(tree, 'astParameterExprNode', (node) => {
    const place = spanOf(node);
    if (place === undefined || isNode(node.name)) return;
    edits.push({ ...place, replacement: `@${positionalName(Number(node.position))}` });
  });
  findAll(tree, 'astSystemVariableExprNode', (node) => {
    const place = spanOf(node);
    const name = systemVariableName(pathSegments(child(node, 'path')));
    if (place !== undefined && name !== undefined) edits.push({ ...place, replacement: name });
  });
  findPaths(tree, (expression) => {
    const path = pathSegments(expression);
    const place = spanOf(expression);
    if (place === undefined || !path.some((segment) => segment.includes('.'))) return;
    edits.push({ ...place, replacement: quotedPath(path.flatMap((segment) => segment.split('.'))) });
  });
  return edits;
}

/** BigQuery has words of its own for a word that cannot begin a statement. */
function clearer(error: unknown, sql: SqlText): unknown {
  if (!(error instanceof EngineFailure)) return error;
  const found = /^(Syntax error: )Expected end of input but got (.+ \[at (\d+):(\d+)\])$/.exec(error.message);
  if (found === null) return error;
  const before = sql.bytes.slice(0, offsetAt(sql.bytes, Number(found[3]), Number(found[4]))).trimEnd();
  if (before !== '' && !before.endsWith(';')) return error;
  return new EngineFailure(error.code, `${found[1]}Unexpected ${found[2]}`);
}
