import type { Cell, Row } from '../../model';
import type { QueryPlan } from '../analyse/query-plan';
import type { EngineContext } from '../engine-context';
import { evaluate } from '../evaluate/evaluate';
import { ArrayTooLargeError } from '../parse/query-errors';
import type { Scope } from '../scope';
import type { Assignment } from './assignments';

/** The query that gives an UPDATE's rows: the matching row's place, then a value for each assignment. */
export interface AssignedQuery {
  readonly plan: QueryPlan;
  /** The same query with other texts in the place of the values. */
  readonly planned: (values: readonly string[]) => Promise<QueryPlan>;
  readonly assignments: readonly Assignment[];
  /** Of the target, as they are. */
  readonly rows: readonly Row[];
}

/**
 * Into how many slices arrays are cut: the next number where a piece is too large. Remembered for each query.
 */
const finenesses = [1, 4, 16, 64];
/** By the plan's request, and the tables that it was over. */
const knownFineness = new WeakMap<QueryPlan['request'], Map<string, number>>();

/**
 * Evaluates the query. Arrays that the engine cannot hold in one piece are made in several and put together
 * here.
 * @throws ArrayTooLargeError where an array cannot be cut, or its pieces are still too large
 */
export async function evaluateAssigned(
  context: EngineContext,
  scope: Scope,
  query: AssignedQuery,
): Promise<readonly Row[]> {
  const { plan } = query;
  const ofPlan = knownFineness.get(plan.request) ?? new Map<string, number>();
  knownFineness.set(plan.request, ofPlan);
  const tables = plan.tables.map(({ fullName }) => fullName).join();
  const known = finenesses.indexOf(ofPlan.get(tables) ?? 1);
  for (const slices of finenesses.slice(known)) {
    try {
      const rows =
        slices === 1 ? await evaluate(context, plan, scope) : await inPieces(context, scope, query, slices);
      ofPlan.set(tables, slices);
      return rows;
    } catch (error) {
      if (!(error instanceof ArrayTooLargeError) || plan.isVolatile || slices === finenesses.at(-1))
        throw error;
    }
  }
  return [];
}

async function inPieces(
  context: EngineContext,
  scope: Scope,
  { planned, assignments, rows }: AssignedQuery,
  slices: number,
): Promise<readonly Row[]> {
  // A power of two, so that a growing array is not another query each time.
  const length = 2 ** Math.ceil(Math.log2(Math.max(1, longestArray(rows) / slices)));
  const pieces = assignments.map((assignment) => assignment.pieces({ slices, length }));
  const found = await evaluate(context, await planned(pieces.flat()), scope);
  return found.map(([place = null, ...values]) => [place, ...joined(values, pieces)]);
}

/** One value for each assignment: pieces of an array are put together in order. */
function joined(values: readonly Cell[], pieces: readonly (readonly string[])[]): Cell[] {
  let position = 0;
  return pieces.map(({ length }) => {
    const [first = null, ...others] = values.slice(position, position + length);
    position += length;
    return others.length === 0 ? first : [first, ...others].flatMap((array) => array ?? []);
  });
}

/**
 * A query seldom makes an array longer than those of its table; where it does, the last piece takes the rest.
 */
const longestArray = (rows: readonly Row[]): number =>
  rows.reduce(
    (longest, row) =>
      row.reduce((most, cell) => Math.max(most, Array.isArray(cell) ? cell.length : 0), longest),
    0,
  );
