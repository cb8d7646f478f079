import type { Run, RunEvent } from '../../../client';

/** A run as its stream tells on. Pure. */

/** The run after an event. What comes twice changes nothing. */
export function afterEvent(run: Run, event: RunEvent): Run {
  switch (event.event) {
    case 'run':
    case 'end':
      return { ...run, ...event.data };
    case 'step':
      return { ...run, steps: replaced(run.steps, event.data, ({ step_id }) => step_id) };
    case 'check':
      return {
        ...run,
        checks: replaced(run.checks, event.data, ({ step_id, check_name }) => `${step_id}/${check_name}`),
      };
  }
}

function replaced<Item>(items: readonly Item[], item: Item, keyOf: (item: Item) => string): readonly Item[] {
  const key = keyOf(item);
  const at = items.findIndex((each) => keyOf(each) === key);
  return at < 0 ? [...items, item] : items.with(at, item);
}
