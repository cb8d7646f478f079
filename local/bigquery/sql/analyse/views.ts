import { queryOfView } from '../../store/schema/table-kinds';
import type { EngineContext } from '../engine-context';
import { invalidQuery } from '../parse/query-errors';
import { type Edit, edited, quotedPath, type SqlText, slice } from '../parse/sql-text';
import { resolvePath, type Scope } from '../scope';

/** How deep views may read views. https://cloud.google.com/bigquery/quotas#view_limits */
const deepest = 16;

/** A text with the queries of views in the views' places. */
export async function withoutViews(context: EngineContext, text: SqlText, scope: Scope): Promise<SqlText> {
  let current = text;
  for (let depth = 0; depth <= deepest; depth += 1) {
    const edits: Edit[] = [];
    for (const { path, span, hasAlias, isOfWith } of await context.parser.tablePaths(current)) {
      const reference = isOfWith ? undefined : resolvePath(scope, path);
      const query = reference && queryOfView(scope.read(reference)?.options);
      if (query === undefined) continue;
      const alias = hasAlias ? '' : ` AS ${quotedPath([path.at(-1) ?? ''])}`;
      edits.push({ ...span, replacement: `(${await plainQuery(context, query)}\n)${alias}` });
    }
    if (edits.length === 0) return current;
    current = edited(current, edits);
  }
  throw invalidQuery(`Views are nested more than ${deepest} levels deep`, text);
}

/** A view's query as the engine can read it; REST takes a query as it was written. */
async function plainQuery(context: EngineContext, query: string): Promise<string> {
  const { text, statements } = await context.parser.script(query);
  const [statement] = statements;
  return statement === undefined ? text.bytes : slice(text, statement.span).bytes;
}
