import type { DefinitionProblem } from './definition-problems';
import { valueAt } from './places';

/** The rest of a definition can be checked without these fields. */
const dispensable = new Set([
  ...['description', 'timeout_seconds', 'max_parallel_steps'],
  ...['at_limit', 'concurrency', 'slots', 'queue_ttl_seconds'],
]);

export interface Salvaged {
  readonly value: unknown;
  /** Indexes of the steps that were replaced. */
  readonly replaced: ReadonlySet<number>;
}

/**
 * A definition without the values that do not fit its schema, so that the problems of the rest are found in
 * the same go. A wrong step is replaced by a query with its id and needs. Undefined if too little is left.
 */
export function salvage(value: object, problems: readonly DefinitionProblem[]): Salvaged | undefined {
  const replaced = new Set<number>();
  const dropped = new Set<unknown>();
  for (const { path, isKey } of problems) {
    const [field, index] = path;
    if (field === 'steps' && typeof index === 'number') replaced.add(index);
    else if (path.length === 1 && (isKey === true || dispensable.has(String(field)))) dropped.add(field);
    else return undefined;
  }
  const steps = valueAt(value, ['steps']);
  if (!Array.isArray(steps)) return undefined;
  const kept = Object.entries(value).filter(([field]) => !dropped.has(field));
  return {
    value: {
      description: 'Unknown.',
      ...Object.fromEntries(kept),
      steps: steps.map((step: unknown, index) => (replaced.has(index) ? placeholder(step, index) : step)),
    },
    replaced,
  };
}

function placeholder(step: unknown, index: number): object {
  const id = valueAt(step, ['id']);
  const needs = valueAt(step, ['needs']);
  const isId = (given: unknown) => typeof given === 'string' && /^[a-z0-9_]{1,64}$/.test(given);
  return {
    id: isId(id) ? id : `step_${index}`,
    type: 'query',
    sql: 'SELECT 1',
    ...(Array.isArray(needs) && needs.every(isId) && { needs }),
  };
}
