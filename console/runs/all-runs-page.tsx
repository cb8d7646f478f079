import { currentSession, may } from '../app/session';
import { useFilters } from '../data/use-filters';
import { FollowedOperation } from '../operations/followed-operation';
import { Page } from '../ui/page';
import { AllRunsTabs } from './all-runs-tabs';
import { BulkActions } from './bulk-actions';
import { allRunColumns } from './run-columns';
import { commonFilter, endedStatusOf, nameOfFilter, runFilterOf, unfiltered } from './run-filter';
import { DayFields, StatusChoice, TypedField } from './run-filter-fields';
import { RunsList } from './run-list';
import { runsInPage, useRuns } from './use-runs';

const refreshMs = 30_000;

/** All tenants' runs that are over, for admins. */
export function AllRunsPage() {
  const { query, change } = useFilters();
  const { operation } = query;
  const filter = runFilterOf(query);
  const name = `all runs ${nameOfFilter(filter)}`;
  const runs = useRuns(
    name,
    async (cursor, signal) => {
      const status = endedStatusOf(filter);
      const { runs, next_cursor } = await currentSession().api.call('listAllRuns', {
        query: {
          ...commonFilter(filter),
          ...(status !== undefined && { status }),
          ...(filter.tenant !== '' && { tenant: filter.tenant }),
          ...(filter.code !== '' && { error_code: filter.code }),
          ...(cursor !== undefined && { cursor }),
          limit: runsInPage,
        },
        signal,
      });
      return { rows: runs, next: next_cursor };
    },
    { liveMs: refreshMs, stillMs: refreshMs, areLate: true },
  );
  return (
    <Page title="Runs of all tenants">
      <AllRunsTabs />
      <p class="quiet">
        Of the last 30 days unless you choose others. “Cancel all” means those in flight, which are not listed
        here.
      </p>
      {operation !== undefined && (
        <FollowedOperation
          key={operation}
          tenantId={null}
          operationId={operation}
          onMoved={runs.loaded.askAgain}
          onClose={() => change({ operation: undefined })}
        />
      )}
      <div class="filters">
        <TypedField label="Tenant" isSearch value={filter.tenant} onEnter={(tenant) => change({ tenant })} />
        <StatusChoice value={filter.status} isOpen={false} onChange={(status) => change({ status })} />
        <TypedField
          label="Pipeline"
          placeholder="provider/domain/pipeline"
          value={filter.pipeline}
          onEnter={(pipeline) => change({ pipeline })}
        />
        <TypedField label="Error code" value={filter.code} onEnter={(code) => change({ code })} />
        <DayFields filter={filter} onChange={change} />
        {may('run') && (
          <BulkActions filter={filter} onStarted={(operationId) => change({ operation: operationId })} />
        )}
      </div>
      <RunsList
        of={runs}
        columns={allRunColumns}
        filter={filter}
        name={name}
        onClear={() => change({ ...unfiltered })}
        none={<p>No run has ended in the last 30 days. Choose earlier days to see older ones.</p>}
      />
    </Page>
  );
}
