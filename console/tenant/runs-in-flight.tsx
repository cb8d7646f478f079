import type { Tenant } from '../../client';
import { pipelinePlace, pipelinesPlace, runPlace, runsPlace } from '../app/places';
import { count } from '../format/numbers';
import { shortId } from '../runs/run-columns';
import { runWord, triggerWord } from '../runs/run-facts';
import { Section } from '../ui/page';
import { Status } from '../ui/status';
import { Table } from '../ui/table';
import { Ago } from '../ui/times';

/** The oldest runs that run or wait now. */
export function RunsInFlight({ tenant }: { readonly tenant: Tenant }) {
  const { tenant_id, active_runs, active_runs_count } = tenant;
  return (
    <Section title="Runs in flight" actions={<a href={runsPlace(tenant_id)}>All runs</a>}>
      <Table
        caption="Runs in flight"
        rows={active_runs}
        keyOf={({ run_id }) => run_id}
        empty={
          <p>
            Nothing runs at the moment. <a href={pipelinesPlace(tenant_id)}>Start a run of a pipeline</a>
          </p>
        }
        columns={[
          {
            title: 'Run',
            cell: ({ run_id }) => (
              <a href={runPlace(tenant_id, run_id)} title={run_id}>
                <code>{shortId(run_id)}</code>
              </a>
            ),
          },
          {
            title: 'Pipeline',
            cell: ({ pipeline }) => <a href={pipelinePlace(tenant_id, pipeline)}>{pipeline}</a>,
          },
          { title: 'Status', cell: ({ status }) => <Status word={runWord(status)} /> },
          { title: 'Admitted', cell: ({ admitted_at }) => <Ago at={admitted_at} /> },
          { title: 'Trigger', cell: ({ trigger }) => triggerWord(trigger) },
          {
            title: 'Lease ends',
            cell: ({ lease_expires_at }) => <Ago at={lease_expires_at} none="it waits" />,
          },
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
