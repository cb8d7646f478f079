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

/** A temporary function of a script whose body is an expression. */
interface InlinedFunction {
  readonly parameters: readonly { readonly name: string; readonly type: string | undefined }[];
  readonly body: TreeNode;
  readonly bodyAt: { readonly start: number; readonly end: number };
  readonly returns: string | undefined;
}

/** Puts the bodies of a script's temporary functions in place of their calls. */
export function inlinedCalls(text: SqlText, tree: TreeNode): readonly Edit[] {
  const functions = new Map<string, InlinedFunction>();
  findAll(tree, 'astCreateFunctionStatementNode', (statement) => {
    const found = inlinedFunction(text, statement);
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
    edits.push({ ...place, replacement: inlined(text, called, given) });
  });
  return edits;
}

function inlinedFunction(
  text: SqlText,
  statement: TreeNode,
): (InlinedFunction & { readonly name: string }) | undefined {
  const base = child(statement, 'parent') ?? {};
  const [name, ...others] = pathSegments(child(base, 'functionDeclaration', 'name'));
  const body = child(statement, 'sqlFunctionBody');
  const bodyAt = spanOf(body);
  const isTemporary = stringAt(child(base, 'parent'), 'scope') === 'TEMPORARY';
  if (!isTemporary || name === undefined || others.length > 0) return undefined;
  if (body === undefined || bodyAt === undefined || statement.isAggregate === true) return undefined;
  const textOf = (node: unknown) => {
    const span = spanOf(unwrap(node)?.node);
    return span && bytesAt(text, span);
  };
  const parameters = children(child(base, 'functionDeclaration', 'parameters'), 'parameterEntries').map(
    (entry) => ({ name: stringAt(child(entry, 'name'), 'idString') ?? '', type: textOf(entry.type) }),
  );
  return {
    name: name.toLowerCase(),
    parameters,
    body,
    bodyAt,
    returns: textOf(statement.returnType),
  };
}

function inlined(
  text: SqlText,
  { parameters, body, bodyAt, returns }: InlinedFunction,
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
  const { bytes } = edited(text, edits);
  const whole = bytes.slice(bodyAt.start, bodyAt.end + bytes.length - text.bytes.length);
  return returns === undefined ? `(${whole})` : `CAST(${whole} AS ${returns})`;
}
