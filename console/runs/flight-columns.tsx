import { pipelinePlace, runPlace } from '../app/places';
import { Status } from '../ui/status';
import type { Column } from '../ui/table';
import { Ago } from '../ui/times';
import { shortId } from './run-columns';
import { runWord } from './run-facts';

interface RunInFlight {
  readonly tenant_id: string;
  readonly run_id: string;
  readonly pipeline: string;
  readonly status: string;
  readonly lease_expires_at: string | null;
}

/** What lists of runs in flight have of each, of one tenant or of all. */
export const flightColumns: readonly Column<RunInFlight>[] = [
  {
    title: 'Run',
    cell: ({ tenant_id, run_id }) => (
      <a href={runPlace(tenant_id, run_id)} title={run_id}>
        <code>{shortId(run_id)}</code>
      </a>
    ),
  },
  {
    title: 'Pipeline',
    cell: ({ tenant_id, pipeline }) => <a href={pipelinePlace(tenant_id, pipeline)}>{pipeline}</a>,
  },
  { title: 'Status', cell: ({ status }) => <Status word={runWord(status)} /> },
  {
    title: 'Lease ends',
    cell: ({ lease_expires_at }) => <Ago at={lease_expires_at} none="it waits" />,
  },
];
