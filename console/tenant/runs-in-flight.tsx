import type { Tenant } from '../../client';
import { pipelinesPlace, runsPlace } from '../app/places';
import { count } from '../format/numbers';
import { flightColumns } from '../runs/flight-columns';
import { triggerWord } from '../runs/run-facts';
import { Section } from '../ui/page';
import { Table } from '../ui/table';
import { Ago } from '../ui/times';

/** The oldest runs that run or wait now. */
export function RunsInFlight({ tenant }: { readonly tenant: Tenant }) {
  const { tenant_id, active_runs, active_runs_count } = tenant;
  return (
    <Section title="Runs in flight" actions={<a href={runsPlace(tenant_id)}>All runs</a>}>
      <Table
        caption="Runs in flight"
        rows={active_runs.map((run) => ({ ...run, tenant_id }))}
        keyOf={({ run_id }) => run_id}
        empty={
          <p>
            Nothing runs at the moment. <a href={pipelinesPlace(tenant_id)}>Start a run of a pipeline</a>
          </p>
        }
        columns={[
          ...flightColumns,
          { title: 'Admitted', cell: ({ admitted_at }) => <Ago at={admitted_at} /> },
          { title: 'Trigger', cell: ({ trigger }) => triggerWord(trigger) },
        ]}
      />
      {active_runs_count > active_runs.length && (
        <p class="quiet small">
          The oldest {count(active_runs.length)} of {count(active_runs_count)}.
        </p>
      )}
    </Section>
  );
}
