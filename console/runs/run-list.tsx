import type { ComponentChildren } from 'preact';
import type { PagedList } from '../data/use-pages';
import { count } from '../format/numbers';
import { type LongColumn, LongTable } from '../ui/lists/long-table';
import { ProblemNotice } from '../ui/notice';
import { Shown } from '../ui/shown';
import type { ListedRun } from './run-columns';
import { isUnfiltered, type RunFilter } from './run-filter';
import { keyOfRun } from './use-runs';

interface RunsListProps {
  readonly of: PagedList<ListedRun>;
  readonly columns: readonly LongColumn<ListedRun>[];
  readonly filter: RunFilter;
  /** What to do where there is no run at all. */
  readonly none: ComponentChildren;
  readonly onClear: () => void;
  readonly name: string;
}

/** Runs, newest first; older ones come as one goes down. */
export function RunsList({ of, columns, filter, none, onClear, name }: RunsListProps) {
  const { loaded, hasMore, more } = of;
  const canGoOn = hasMore && loaded.problem === undefined && more.problem === undefined;
  return (
    <Shown of={loaded} what="the runs">
      {(runs) => (
        <>
          <LongTable
            caption="Runs, newest first"
            columns={columns}
            rows={runs}
            keyOf={keyOfRun}
            isComplete={!hasMore}
            onNearEnd={() => {
              if (canGoOn) more.start();
            }}
            name={name}
            empty={
              isUnfiltered(filter) ? (
                none
              ) : (
                <>
                  <p>No run matches this filter.</p>
                  <button type="button" onClick={onClear}>
                    Show all runs
                  </button>
                </>
              )
            }
          />
          {more.problem !== undefined && <ProblemNotice problem={more.problem} />}
          {runs.length > 0 && (
            <p class="quiet small list-end">
              {hasMore
                ? `The newest ${count(runs.length)} runs`
                : `${count(runs.length)} runs, all that match`}
              {hasMore && (
                <button type="button" class="plain" disabled={more.isBusy} onClick={more.start}>
                  Show older ones
                </button>
              )}
            </p>
          )}
        </>
      )}
    </Shown>
  );
}
