import { useLocation } from 'preact-iso/router';
import { pipelinesPlace, runPlace } from '../app/places';
import { currentSession, may, seenAs } from '../app/session';
import { TenantFrame } from '../app/tenant-frame';
import { useTenantId } from '../app/use-tenant-id';
import { useFilters } from '../data/use-filters';
import { FollowedOperation } from '../operations/followed-operation';
import { useCatalogue } from '../pipelines/use-catalogue';
import { Choice } from '../ui/field';
import { BulkActions } from './bulk-actions';
import { tenantRunColumns } from './run-columns';
import {
  commonFilter,
  endedStatusOf,
  nameOfFilter,
  runFilterOf,
  statusOfFilter,
  unfiltered,
} from './run-filter';
import { DayFields, StatusChoice, TypedField } from './run-filter-fields';
import { RunsList } from './run-list';
import { runsInPage, useRuns } from './use-runs';

/** Each look costs a statement: where nothing runs, it is looked for new runs less often. */
const liveMs = 4_000;
const stillMs = 10_000;

/** A tenant's runs: what is queued or runs moves by itself. */
export function TenantRunsPage() {
  const tenantId = useTenantId();
  const { route } = useLocation();
  const { query, change } = useFilters();
  const { operation } = query;
  const filter = { ...runFilterOf(query), tenant: '', code: '' };
  const catalogue = useCatalogue(tenantId);
  const name = `runs of ${tenantId} ${nameOfFilter(filter)}`;
  const runs = useRuns(
    name,
    async (cursor, signal) => {
      const status = statusOfFilter(filter);
      const { runs, next_cursor } = await currentSession().api.call('listRuns', {
        query: {
          ...seenAs(tenantId),
          ...commonFilter(filter),
          ...(status !== undefined && { status }),
          ...(cursor !== undefined && { cursor }),
          limit: runsInPage,
        },
        signal,
      });
      return { rows: runs, next: next_cursor };
    },
    { liveMs, stillMs, areLate: endedStatusOf(filter) !== undefined },
  );

  const names = catalogue.answer?.pipelines.map(({ pipeline }) => pipeline) ?? [];
  const choices =
    filter.pipeline === '' || names.includes(filter.pipeline) ? names : [filter.pipeline, ...names];
  return (
    <TenantFrame
      tenantId={tenantId}
      title="Runs"
      actions={
        may('run') && (
          <a class="button main" href={pipelinesPlace(tenantId)}>
            Start a run
          </a>
        )
      }
    >
      {operation !== undefined && (
        <FollowedOperation
          key={operation}
          tenantId={tenantId}
          operationId={operation}
          onMoved={runs.loaded.askAgain}
          onClose={() => change({ operation: undefined })}
        />
      )}
      <div class="filters">
        <StatusChoice value={filter.status} onChange={(status) => change({ status })} />
        <Choice
          label="Pipeline"
          value={filter.pipeline}
          onChange={(pipeline) => change({ pipeline })}
          options={[{ value: '', text: 'All' }, ...choices.map((name) => ({ value: name, text: name }))]}
        />
        <DayFields filter={filter} onChange={change} />
        <TypedField
          label="Go to a run"
          value=""
          isSearch
          placeholder="Its id, then Enter"
          isGoing
          onEnter={(runId) => route(runPlace(tenantId, runId))}
        />
        {may('run') && (
          <BulkActions
            tenantId={tenantId}
            filter={filter}
            onStarted={(operationId) => change({ operation: operationId })}
          />
        )}
      </div>
      <RunsList
        of={runs}
        columns={tenantRunColumns}
        filter={filter}
        name={name}
        onClear={() => change({ ...unfiltered })}
        none={
          <>
            <p>There are no runs yet.</p>
            <a href={pipelinesPlace(tenantId)}>Choose a pipeline and start one</a>
          </>
        }
      />
    </TenantFrame>
  );
}
