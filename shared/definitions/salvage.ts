import type { Problem } from './problem';
import { valueAt } from './problem';

/** Fields without which the rest of a definition can still be looked at. */
const dispensable = new Set(['description', 'timeout_seconds', 'max_parallel_steps']);

export interface Salvaged {
  readonly value: unknown;
  /** Places of the steps that something else stands for. */
  readonly replaced: ReadonlySet<number>;
}

/**
 * A definition without what is wrong with its shape, so that the problems of the rest can be found in the same go: steps
 * that are wrong are replaced by one that does nothing and has their id and needs. Undefined where too little is left.
 */
export function salvage(value: object, problems: readonly Problem[]): Salvaged | undefined {
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
      description: 'It is not known.',
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
