import type { TableChange, TableReference, TableSnapshot, TableStore } from '../model';
import { conflicting } from './limit-errors';

/** What `TableStore.mutate` takes. */
export type Decide<T> = (
  current: TableSnapshot | undefined,
) => Promise<{ change: TableChange | undefined; result: T }>;

/** How often BigQuery reruns a statement that lost against another one. */
const reruns = 3;

/**
 * Like `mutate`, but as BigQuery does it: `decide` runs on the state that is there when the statement begins,
 * at the same time as others; when its latency is over, the change is committed if no other has changed or
 * removed those rows meanwhile. Rows that were only added do not matter: INSERT and streaming conflict with
 * nothing.
 * @param begin begins one run and returns what waits for its end
 * @throws BigQueryError `invalidQuery` ("Could not serialize access…") when it lost once and in three reruns
 */
export async function mutateOptimistically<T>(
  store: TableStore,
  reference: TableReference,
  decide: Decide<T>,
  begin: () => () => Promise<void>,
): Promise<T> {
  // The store throws the right error.
  if (!store.hasDataset(reference)) return store.mutate(reference, decide);
  for (let run = 0; run <= reruns; run += 1) {
    const latency = begin();
    const before = store.read(reference);
    const { change, result } = await decide(before);
    await latency();
    if (change === undefined) return result;
    const done = await store.mutate(reference, async (current) => {
      const rebased = changeOnTop(change, before, current);
      return { change: rebased, result: rebased !== undefined };
    });
    if (done) return result;
  }
  throw conflicting(reference);
}

/**
 * The change as it must be made to `current` after it was decided on `before`; undefined where that is a
 * conflict.
 */
function changeOnTop(
  change: TableChange,
  before: TableSnapshot | undefined,
  current: TableSnapshot | undefined,
): TableChange | undefined {
  if (current === undefined || before === undefined || !sameSchema(before, current)) return undefined;
  if (change.kind === 'append') return change;
  const added = addedRows(before, current);
  if (added === undefined) return undefined;
  if (change.kind !== 'replace' || added.length === 0) return change;
  return { kind: 'replace', rows: [...change.rows, ...added] };
}

/** A row that was changed is another object, also where its values are the same. */
function addedRows(before: TableSnapshot, current: TableSnapshot): TableSnapshot['rows'] | undefined {
  const [old, present] = [before.rows, current.rows];
  if (old === present) return [];
  if (present.length < old.length || old.some((row, index) => row !== present[index])) return undefined;
  return present.slice(old.length);
}

function sameSchema(before: TableSnapshot, current: TableSnapshot): boolean {
  return before.schema === current.schema || JSON.stringify(before.schema) === JSON.stringify(current.schema);
}
