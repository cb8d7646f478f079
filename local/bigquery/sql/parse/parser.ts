import type { Language } from '../engine/dialect';
import { type EngineClient, EngineFailure } from '../engine/engine-client';
import { lru } from '../engine/lru';
import { child, children, findAll, isNode, type Node, type Span, span, text, unwrap } from '../engine/tree';
import { positionalName } from '../read-parameters';
import { type LeafSelect, leafSelects } from './leaf-selects';
import { queryError } from './query-errors';
import {
  type Edit,
  edited,
  fromBytes,
  offsetAt,
  quotedPath,
  type SqlText,
  sqlText,
  toBytes,
} from './sql-text';

/** A statement of a script: what kind its parse tree is (`astUpdateStatementNode`), and where. */
export interface ParsedStatement {
  readonly kind: string;
  readonly node: Node;
  readonly span: Span;
}

export interface TablePath {
  readonly path: readonly string[];
  readonly span: Span;
  readonly hasAlias: boolean;
}

export interface ParsedScript {
  readonly text: SqlText;
  readonly statements: readonly ParsedStatement[];
}

export interface Parser {
  /** Parses a script as it came: positional parameters and quoted table paths are brought into their plain form. */
  readonly script: (sql: string) => Promise<ParsedScript>;
  /** The places in a query's text where a table may be named. */
  readonly tablePaths: (query: SqlText) => Promise<readonly TablePath[]>;
  /** The innermost SELECTs of a query that read one table; not kept, as they are seldom asked for. */
  readonly leafSelects: (query: SqlText) => Promise<readonly LeafSelect[]>;
}

/** Parsing by the engine itself, whose trees carry the place of every node. Results are kept by text. */
export function createParser(client: EngineClient, language: Language): Parser {
  const scripts = lru<Promise<ParsedScript>>(500);
  const paths = lru<Promise<readonly TablePath[]>>(1000);
  const parse = async (sql: SqlText): Promise<Node> => {
    const request = { sqlStatement: fromBytes(sql.bytes), options: language.options, allowScript: true };
    try {
      return child(await client.call('Parse', request), 'parsedScript') ?? {};
    } catch (error) {
      throw queryError(clearer(error, sql), sql);
    }
  };
  const script = async (sql: string): Promise<ParsedScript> => {
    const original = sqlText(sql);
    const tree = await parse(original);
    const plain = edited(original, plainEdits(tree));
    const plainTree = plain === original ? tree : await parse(plain);
    return { text: plain, statements: statementsOf(child(plainTree, 'statementListNode')) };
  };
  return {
    script: (sql) => scripts(sql, () => script(sql)),
    leafSelects: async (query) => leafSelects(await parse(query)),
    tablePaths: (query) => paths(query.bytes, async () => tablePathsOf(await parse(query))),
  };
}

export function statementsOf(list: unknown): readonly ParsedStatement[] {
  return children(list, 'statementList').flatMap((wrapper) => {
    const found = unwrap(wrapper);
    const place = found && span(found.node);
    return found && place ? [{ ...found, span: place }] : [];
  });
}

export function tablePathsOf(tree: unknown): readonly TablePath[] {
  const found: TablePath[] = [];
  findAll(tree, 'astTablePathExpressionNode', (node) => {
    const expression = child(node, 'pathExpr');
    const place = span(expression);
    if (expression === undefined || place === undefined) return;
    found.push({ path: pathOf(expression), span: place, hasAlias: isNode(node.alias) });
  });
  return found;
}

/** The segments of a path expression. */
export function pathOf(expression: unknown): readonly string[] {
  return children(expression, 'names').flatMap((name) => text(name, 'idString') ?? []);
}

/** The path that a statement changes, and where it stands. */
export function targetOf(node: Node): TablePath | undefined {
  const target = child(node, 'targetPath');
  const expression = child(target, 'astPathExpressionNode') ?? target;
  const place = span(expression);
  if (expression === undefined || place === undefined) return undefined;
  return { path: pathOf(expression), span: place, hasAlias: isNode(node.alias) };
}

/** Gives positional parameters a name, and takes `a.b.c` in one pair of quotes apart, where it names a table. */
function plainEdits(tree: Node): readonly Edit[] {
  const edits: Edit[] = [];
  findAll(tree, 'astParameterExprNode', (node) => {
    const place = span(node);
    if (place === undefined || isNode(node.name)) return;
    edits.push({ ...place, replacement: `@${positionalName(Number(node.position))}` });
  });
  const takeApart = (expression: unknown) => {
    const path = pathOf(expression);
    const place = span(expression);
    if (place === undefined || !path.some((segment) => segment.includes('.'))) return;
    edits.push({ ...place, replacement: toBytes(quotedPath(path.flatMap((segment) => segment.split('.')))) });
  };
  findAll(tree, 'astTablePathExpressionNode', (node) => takeApart(node.pathExpr));
  for (const key of ['Insert', 'Update', 'Delete', 'Merge', 'Truncate'])
    findAll(tree, `ast${key}StatementNode`, (node) =>
      takeApart(child(node, 'targetPath', 'astPathExpressionNode') ?? child(node, 'targetPath')),
    );
  findAll(tree, 'astCreateTableStatementNode', (node) => takeApart(findName(node)));
  findAll(tree, 'astDropStatementNode', (node) => takeApart(node.name));
  findAll(tree, 'astAlterTableStatementNode', (node) => takeApart(child(node, 'parent', 'path')));
  return edits;
}

function findName(create: Node): unknown {
  for (let current: Node | undefined = create; current !== undefined; current = child(current, 'parent'))
    if (isNode(current.name)) return current.name;
  return undefined;
}

/** A word that cannot begin a statement is told as BigQuery tells it. */
function clearer(error: unknown, sql: SqlText): unknown {
  if (!(error instanceof EngineFailure)) return error;
  const found = /^(Syntax error: )Expected end of input but got (.+ \[at (\d+):(\d+)\])$/.exec(error.message);
  if (found === null) return error;
  const before = sql.bytes.slice(0, offsetAt(sql.bytes, Number(found[3]), Number(found[4]))).trimEnd();
  if (before !== '' && !before.endsWith(';')) return error;
  return new EngineFailure(error.code, `${found[1]}Unexpected ${found[2]}`);
}
