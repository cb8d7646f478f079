import type { Cell, Row } from '../../model';
import type { QueryPlan } from '../analyse/query-plan';
import type { EngineContext } from '../engine-context';
import { evaluate } from '../evaluate/evaluate';
import { ArrayTooLargeError } from '../parse/query-errors';
import type { Scope } from '../scope';
import type { Slicing } from './array-parts';
import type { AssignedPart, Assignment } from './assignments';

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
 * Evaluates the query. Elements that an array has already are taken from its row, so that the engine need not
 * give them back. Arrays that the engine cannot hold in one piece are made in several and put together here.
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
      const rows = await inParts(context, scope, query, slices);
      ofPlan.set(tables, slices);
      return rows;
    } catch (error) {
      if (!(error instanceof ArrayTooLargeError) || plan.isVolatile || slices === finenesses.at(-1))
        throw error;
    }
  }
  return [];
}

async function inParts(
  context: EngineContext,
  scope: Scope,
  { plan, planned, assignments, rows }: AssignedQuery,
  slices: number,
): Promise<readonly Row[]> {
  // A power of two, so that a growing array is not another query each time.
  const length = 2 ** Math.ceil(Math.log2(Math.max(1, longestArray(rows) / slices)));
  const values = assignments.map((assignment) => valueParts(assignment, { slices, length }));
  const texts = values.flatMap((parts) => parts.flatMap((part) => part.texts));
  const isWhole = texts.every((text, index) => text === assignments[index]?.value);
  const found = await evaluate(context, isWhole ? plan : await planned(texts), scope);
  return found.map(([place = null, ...cells]) => [
    place,
    ...joined(cells, values, assignments, rows[Number(place)] ?? []),
  ]);
}

interface ValuePart {
  readonly kind: AssignedPart['kind'] | 'whole';
  readonly texts: readonly string[];
}

/** An array that is made in one piece is not taken apart: its text is the one that was analysed. */
function valueParts({ value, parts }: Assignment, slicing: Slicing): readonly ValuePart[] {
  const found = parts.map((part) => ({ kind: part.kind, texts: part.texts(slicing) }));
  const isMade = found.every(({ kind }) => kind === 'made');
  const isOne = isMade && (slicing.slices === 1 || found.flatMap(({ texts }) => texts).length <= 1);
  return isOne ? [{ kind: 'whole', texts: [value] }] : found;
}

/** One value for each assignment: the parts of an array are put together in order. */
function joined(
  cells: readonly Cell[],
  values: readonly (readonly ValuePart[])[],
  assignments: readonly Assignment[],
  row: Row,
): Cell[] {
  const rest = [...cells];
  return values.map((parts, index) => {
    const present = row[assignments[index]?.indexes[0] ?? -1] ?? [];
    const elements = Array.isArray(present) ? present : [];
    const given = parts.map(({ texts }) => rest.splice(0, texts.length));
    if (parts[0]?.kind === 'whole') return given[0]?.[0] ?? null;
    return parts.flatMap(({ kind }, part) => {
      if (kind === 'present') return elements;
      const found = (given[part] ?? []).flatMap((array) => array ?? []);
      return kind === 'made' ? found : found.map((place) => elementAt(elements, place));
    });
  });
}

/** A join can leave a place out; its element is null then. */
const elementAt = (elements: readonly Cell[], place: Cell): Cell =>
  place === null ? null : (elements[Number(place)] ?? null);

/**
 * A query seldom makes an array longer than those of its table; where it does, the last piece takes the rest. A
 * column of arrays has one in each row.
 */
function longestArray(rows: readonly Row[]): number {
  const columns = (rows[0] ?? []).flatMap((cell, index) => (Array.isArray(cell) ? [index] : []));
  if (columns.length === 0) return 0;
  return rows.reduce((longest, row) => {
    const lengths = columns.map((index) => (Array.isArray(row[index]) ? row[index].length : 0));
    return Math.max(longest, ...lengths);
  }, 0);
}
