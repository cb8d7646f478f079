import { useRef } from 'preact/hooks';
import type { RunsInFlight } from '../../client';
import { tenantPlace } from '../app/places';
import { currentSession } from '../app/session';
import { besideFields, fieldError } from '../data/problems';
import { useCall } from '../data/use-call';
import { useFilters } from '../data/use-filters';
import { count } from '../format/numbers';
import { TenantsRead } from '../overview/tenants-read';
import { Page } from '../ui/page';
import { Shown } from '../ui/shown';
import { type Column, Table } from '../ui/table';
import { Ago } from '../ui/times';
import { AllRunsTabs } from './all-runs-tabs';
import { flightColumns } from './flight-columns';
import { isUnfiltered, nameOfFilter, openStatusOf, runFilterOf } from './run-filter';
import { StatusChoice, TypedField } from './run-filter-fields';

const mostRows = 200;
/** What BigQuery is asked for is kept by the server for as long. */
const everyMs = 5_000;

type Row = RunsInFlight['runs'][number];

const columns: readonly Column<Row>[] = [
  ...flightColumns.slice(0, 1),
  { title: 'Tenant', cell: ({ tenant_id }) => <a href={tenantPlace(tenant_id)}>{tenant_id}</a> },
  ...flightColumns.slice(1, 3),
  { title: 'Since', cell: ({ since }) => <Ago at={since} /> },
  {
    title: 'Place in the queue',
    isNumber: true,
    cell: ({ queue }) => (queue === null ? '–' : count(queue.place)),
  },
  ...flightColumns.slice(3),
];

/** What runs and what waits now, of all tenants, for admins. */
export function InFlightPage() {
  const { query, change } = useFilters();
  // Of the address what there is a field for.
  const filter = { ...runFilterOf(query), from: '', to: '', code: '' };
  const { tenant, pipeline } = filter;
  const status = openStatusOf(filter);
  const flight = useCall(
    `in flight ${nameOfFilter(filter)}`,
    async (signal) => ({
      ...(await currentSession().api.call('listRunsInFlight', {
        query: {
          ...(status !== undefined && { status }),
          ...(tenant !== '' && { tenant }),
          ...(pipeline !== '' && { pipeline }),
          limit: mostRows,
        },
        signal,
      })),
      // Its words are of what was asked, whatever is asked by now.
      isOfAll: isUnfiltered(filter),
    }),
    { everyMs },
  );
  // What is there stays until what is asked for has come, and where that is refused, which is said.
  const last = useRef(flight);
  if (flight.answer !== undefined) last.current = flight;
  const { answer, answeredAt } = last.current;
  const isOfBefore = flight.answer === undefined;
  const besides = [fieldError(flight.problem, 'tenant'), fieldError(flight.problem, 'pipeline')] as const;
  const problem = flight.problem && besideFields(flight.problem, besides);
  return (
    <Page title="Runs of all tenants">
      <AllRunsTabs />
      <div class="filters">
        <TypedField
          label="Tenant"
          isSearch
          value={tenant}
          onEnter={(tenant) => change({ tenant })}
          error={besides[0]}
        />
        <StatusChoice value={status ?? ''} isOpen onChange={(status) => change({ status })} />
        <TypedField
          label="Pipeline"
          placeholder="provider/domain/pipeline"
          value={pipeline}
          onEnter={(pipeline) => change({ pipeline })}
          error={besides[1]}
        />
      </div>
      <Shown of={{ ...flight, answer, answeredAt, problem }} what="the runs in flight">
        {({ running, queued, runs, tenants, isOfAll }) => (
          <div aria-busy={isOfBefore && flight.isAsking}>
            {isOfBefore && !flight.isAsking && <p class="quiet small">This is what was asked for before.</p>}
            <p class="quiet">
              {count(running)} running, {count(queued)} waiting; those first that have done so the longest.
              {runs.length < running + queued &&
                ` The first ${count(runs.length)} are shown: choose a tenant or a pipeline to see others.`}
            </p>
            <Table
              caption="Runs in flight"
              columns={columns}
              rows={runs}
              keyOf={({ tenant_id, run_id }) => `${tenant_id}/${run_id}`}
              empty={isOfAll ? 'Nothing runs or waits now.' : 'No run in flight matches.'}
            />
            <TenantsRead tenants={tenants} />
          </div>
        )}
      </Shown>
    </Page>
  );
}
