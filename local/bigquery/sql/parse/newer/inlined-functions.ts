import {
  child,
  children,
  findAll,
  isNode,
  pathSegments,
  spanOf,
  stringAt,
  type TreeNode,
  unwrap,
} from '../../engine/tree';
import { bytesAt, type Edit, edited, type SqlText } from '../sql-text';

/** A function whose body is an expression, or a table function's query. */
export interface InlinedFunction {
  /** The text that it is written in. */
  readonly source: SqlText;
  readonly parameters: readonly { readonly name: string; readonly type: string | undefined }[];
  readonly body: TreeNode;
  readonly bodyAt: { readonly start: number; readonly end: number };
  readonly returns: string | undefined;
}

/** Puts the bodies of a script's temporary functions in place of their calls. */
export function inlinedCalls(text: SqlText, tree: TreeNode): readonly Edit[] {
  const functions = new Map<string, InlinedFunction>();
  findAll(tree, 'astCreateFunctionStatementNode', (statement) => {
    const found = isTemporary(statement) ? inlinedFunction(text, statement) : undefined;
    if (found !== undefined) functions.set(found.name, found);
  });
  if (functions.size === 0) return [];
  const edits: Edit[] = [];
  findAll(tree, 'astFunctionCallNode', (call) => {
    const place = spanOf(call);
    const [name = '', ...others] = pathSegments(child(call, 'function'));
    const called = others.length === 0 ? functions.get(name.toLowerCase()) : undefined;
    if (called === undefined || place === undefined || place.start < called.bodyAt.end) return;
    const given = children(call, 'arguments').map((argument) => {
      const span = spanOf(unwrap(argument)?.node);
      return span === undefined ? 'NULL' : bytesAt(text, span);
    });
    if (given.length !== called.parameters.length) return;
    edits.push({ ...place, replacement: inlined(called, given) });
  });
  return edits;
}

const isTemporary = (statement: TreeNode): boolean =>
  stringAt(child(statement, 'parent', 'parent'), 'scope') === 'TEMPORARY' &&
  pathSegments(child(statement, 'parent', 'functionDeclaration', 'name')).length === 1;

/** Reads a parsed CREATE FUNCTION or CREATE TABLE FUNCTION; undefined where its body is neither. */
export function inlinedFunction(
  text: SqlText,
  statement: TreeNode,
): (InlinedFunction & { readonly name: string }) | undefined {
  const base = child(statement, 'parent') ?? {};
  const name = pathSegments(child(base, 'functionDeclaration', 'name')).at(-1);
  const body = child(statement, 'sqlFunctionBody') ?? child(statement, 'query');
  const bodyAt = spanOf(body);
  if (name === undefined || body === undefined || bodyAt === undefined) return undefined;
  const textOf = (node: unknown) => {
    const span = spanOf(unwrap(node)?.node);
    return span && bytesAt(text, span);
  };
  const parameters = children(child(base, 'functionDeclaration', 'parameters'), 'parameterEntries').map(
    (entry) => ({ name: stringAt(child(entry, 'name'), 'idString') ?? '', type: textOf(entry.type) }),
  );
  return {
    name: name.toLowerCase(),
    source: text,
    parameters,
    body,
    bodyAt,
    returns: textOf(statement.returnType),
  };
}

/** The body with arguments in place of the parameters. */
export function inlined(
  { source, parameters, body, bodyAt, returns }: InlinedFunction,
  given: readonly string[],
): string {
  const edits: Edit[] = [];
  findAll({ body }, 'astPathExpressionNode', (path) => {
    const [first] = children(path, 'names');
    const place = spanOf(first);
    const name = stringAt(first, 'idString')?.toLowerCase();
    const index = parameters.findIndex((parameter) => parameter.name.toLowerCase() === name);
    const parameter = parameters[index];
    if (place === undefined || parameter === undefined || !isNode(first)) return;
    const argument = `(${given[index]}\n)`;
    const value = parameter.type === undefined ? argument : `CAST(${argument} AS ${parameter.type})`;
    edits.push({ ...place, replacement: value });
  });
  const { bytes } = edited(source, edits);
  const whole = bytes.slice(bodyAt.start, bodyAt.end + bytes.length - source.bytes.length);
  return returns === undefined ? `(${whole})` : `CAST(${whole} AS ${returns})`;
}
