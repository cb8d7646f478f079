import { queryOfView } from '../../store/schema/table-kinds';
import type { EngineContext } from '../engine-context';
import { invalidQuery } from '../parse/query-errors';
import { edited, quotedPath, type SqlText, toBytes } from '../parse/sql-text';
import { resolvePath, type Scope } from '../scope';

/** How deep views may read views. https://cloud.google.com/bigquery/quotas#view_limits */
const deepest = 16;

/** A text with the queries of views in the views' places. */
export async function withoutViews(context: EngineContext, text: SqlText, scope: Scope): Promise<SqlText> {
  let current = text;
  for (let depth = 0; depth <= deepest; depth += 1) {
    const edits = (await context.parser.tablePaths(current)).flatMap(({ path, span, hasAlias, isOfWith }) => {
      const reference = isOfWith ? undefined : resolvePath(scope, path);
      const query = reference && queryOfView(scope.read(reference)?.options);
      if (query === undefined) return [];
      const alias = hasAlias ? '' : ` AS ${quotedPath([path.at(-1) ?? ''])}`;
      return [{ ...span, replacement: `(${toBytes(query)}\n)${alias}` }];
    });
    if (edits.length === 0) return current;
    current = edited(current, edits);
  }
  throw invalidQuery(`Views are nested more than ${deepest} levels deep`, text);
}
