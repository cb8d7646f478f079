import type { Step } from '../../definitions/schemas/pipeline-schema';
import { findAncestors } from './dag';
import { tableOf } from './final-tables';

/** Steps that write a table before another step reads it. */
export interface TableBefore {
  /** In small letters. */
  readonly table: string;
  readonly madeBy: readonly string[];
}

/**
 * Which of the tables that a text reads are written by steps before it. What these steps will write is not known
 * before they have run.
 * @param before the ids of the steps that come before
 */
export function findTablesBefore(
  steps: readonly Step[],
  before: ReadonlySet<string>,
  reads: ReadonlySet<string>,
): readonly TableBefore[] {
  return [...reads].flatMap((table) => {
    const madeBy = steps.filter((step) => before.has(step.id) && tableOf(step) === table);
    return madeBy.length === 0 ? [] : [{ table, madeBy: madeBy.map(({ id }) => id) }];
  });
}

/** The ids of the steps that have completed when a step starts; of all steps for what comes after the last. */
export const stepsBefore = (steps: readonly Step[], stepId: string): ReadonlySet<string> =>
  steps.some(({ id }) => id === stepId) ? findAncestors(steps, stepId) : new Set(steps.map(({ id }) => id));
