import type { Overview } from '../../client';
import { runPlace } from '../app/places';
import { count } from '../format/numbers';
import { Table } from '../ui/table';
import { Ago } from '../ui/times';

type Failing = Overview['failing_pipelines'][number];

export function FailingPipelines({ pipelines }: { readonly pipelines: readonly Failing[] }) {
  return (
    <Table<Failing>
      caption="Pipelines of which runs failed in 24 hours"
      rows={pipelines}
      keyOf={({ pipeline }) => pipeline}
      empty="No failed run in the last 24 hours, when they were last counted."
      columns={[
        {
          title: 'Pipeline',
          cell: ({ pipeline }) => (
            <a href={`/runs?${new URLSearchParams({ status: 'FAILED', pipeline })}`}>{pipeline}</a>
          ),
        },
        { title: 'Failed', isNumber: true, cell: ({ failed, runs }) => `${count(failed)} of ${count(runs)}` },
        { title: 'Tenants', isNumber: true, cell: ({ tenants }) => count(tenants) },
        {
          title: 'Last',
          cell: ({ last_failed_at, last_failed_run: { tenant_id, run_id } }) => (
            <a href={runPlace(tenant_id, run_id)}>
              <Ago at={last_failed_at} />
            </a>
          ),
        },
        { title: 'Last error', cell: ({ last_error_code }) => <code>{last_error_code ?? '–'}</code> },
      ]}
    />
  );
}
