import type { ComponentChildren } from 'preact';
import type { LiveList } from '../data/use-live-list';
import { count } from '../format/numbers';
import { type LongColumn, LongTable } from '../ui/lists/long-table';
import { ProblemNotice } from '../ui/notice';
import { Waiting } from '../ui/shown';
import type { ListedRun } from './run-columns';
import { isUnfiltered, type RunFilter } from './run-filter';

interface RunsListProps {
  readonly of: LiveList<ListedRun>;
  readonly columns: readonly LongColumn<ListedRun>[];
  readonly filter: RunFilter;
  /** What to do where there is no run at all. */
  readonly none: ComponentChildren;
  readonly onClear: () => void;
  readonly name: string;
}

/** Runs, newest first; older ones come as one goes down. */
export function RunsList({ of, columns, filter, none, onClear, name }: RunsListProps) {
  const { items, isComplete, isAsking, problem, more, askAgain } = of;
  return (
    <>
      {problem !== undefined && <ProblemNotice problem={problem} onRetry={askAgain} />}
      {items === undefined ? (
        isAsking && problem === undefined && <Waiting what="the runs" />
      ) : (
        <>
          <LongTable
            caption="Runs, newest first"
            columns={columns}
            rows={items}
            keyOf={({ tenant_id, run_id }) => `${tenant_id}/${run_id}`}
            isComplete={isComplete}
            onNearEnd={more}
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
          {items.length > 0 && (
            <p class="quiet small list-end">
              {isComplete
                ? `${count(items.length)} runs, all that match`
                : `The newest ${count(items.length)} runs`}
              {!isComplete && (
                <button type="button" class="plain" disabled={isAsking} onClick={more}>
                  Show older ones
                </button>
              )}
            </p>
          )}
        </>
      )}
    </>
  );
}
