import type { RoutineKind, TableReference } from '../../model';
import { routineTableId } from '../../store/schema/table-kinds';
import type { EngineContext } from '../engine-context';
import { type InlinedFunction, inlined, inlinedFunction } from '../parse/newer/inlined-functions';
import { invalidQuery, notImplemented } from '../parse/query-errors';
import type { RoutineCall } from '../parse/routine-calls';
import { bytesAt, type Edit, edited, type SqlText } from '../parse/sql-text';
import { resolvePath, type Scope } from '../scope';

/** The table that stands for a routine; undefined where its path lacks a dataset. */
export function routineReference(scope: Scope, path: readonly string[]): TableReference | undefined {
  const name = path.at(-1);
  return name === undefined ? undefined : resolvePath(scope, [...path.slice(0, -1), routineTableId(name)]);
}

/** The statement that made a routine; undefined where there is none of that kind. */
export function definitionOf(scope: Scope, path: readonly string[], kind: RoutineKind): string | undefined {
  const reference = routineReference(scope, path);
  const routine = reference && scope.read(reference)?.options?.routine;
  return routine?.kind === kind ? routine.definition : undefined;
}

/** Functions inside functions. */
const mostRounds = 20;

/** A text with the bodies of kept functions in place of their calls. */
export async function withoutKeptFunctions(
  context: EngineContext,
  text: SqlText,
  scope: Scope,
): Promise<SqlText> {
  let current = text;
  for (let round = 0; round < mostRounds; round += 1) {
    const edits: Edit[] = [];
    for (const call of await context.parser.routineCalls(current)) {
      const called = await calledFunction(context, scope, call);
      if (called === undefined) continue;
      const given = call.arguments.map((span) => bytesAt(current, span));
      if (given.length !== called.parameters.length)
        throw invalidQuery(
          `No matching signature for function ${call.path.join('.')}`,
          current,
          call.span.start,
        );
      edits.push({ ...call.span, replacement: inlined(called, given) });
    }
    if (edits.length === 0) return current;
    const isInside = (inner: Edit, outer: Edit) =>
      inner !== outer && outer.start <= inner.start && inner.end <= outer.end;
    current = edited(
      current,
      edits.filter((edit) => !edits.some((other) => isInside(other, edit))),
    );
  }
  throw invalidQuery(`Functions call each other more than ${mostRounds} levels deep`, text);
}

async function calledFunction(
  context: EngineContext,
  scope: Scope,
  { path, isTable }: RoutineCall,
): Promise<InlinedFunction | undefined> {
  const definition = definitionOf(scope, path, isTable ? 'TABLE_FUNCTION' : 'FUNCTION');
  if (definition === undefined) return undefined;
  const parsed = await context.parser.script(definition);
  const [statement] = parsed.statements;
  const found = statement && inlinedFunction(parsed.text, statement.node);
  if (found === undefined) throw notImplemented(`The function ${path.join('.')}`);
  return found;
}
