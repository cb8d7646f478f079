import { useEffect, useState } from 'preact/hooks';
import type { RunList } from '../../../client';
import { runPlace, runsPlace } from '../../app/places';
import { currentSession, seenAs } from '../../app/session';
import { useCall } from '../../data/use-call';
import { bytes, count, duration } from '../../format/numbers';
import { shortId, ToRun } from '../../runs/run-columns';
import { isInFlight, runWord, tookMs } from '../../runs/run-facts';
import { Section } from '../../ui/page';
import { Shown } from '../../ui/shown';
import { Status } from '../../ui/status';
import { type Column, Table } from '../../ui/table';
import { Ago, shownNow } from '../../ui/times';

interface RecentRunsProps {
  readonly tenantId: string;
  /** provider/domain/pipeline */
  readonly path: string;
}

const shownRuns = 10;
const liveMs = 10_000;
const stillMs = 60_000;

/** The pipeline's newest runs. */
export function RecentRuns({ tenantId, path }: RecentRunsProps) {
  const [isLive, setLive] = useState(false);
  const runs = useCall(
    `recent runs of ${path} of ${tenantId}`,
    (signal) =>
      currentSession().api.call('listRuns', {
        query: { ...seenAs(tenantId), pipeline: path, limit: shownRuns },
        signal,
      }),
    { everyMs: isLive ? liveMs : stillMs },
  );
  const [openedAt] = useState(Date.now);
  const { answeredAt = 0 } = runs;
  const hasLive = runs.answer?.runs.some(isInFlight) ?? false;
  useEffect(() => setLive(hasLive), [hasLive]);
  return (
    <Section
      title="Recent runs"
      actions={<a href={`${runsPlace(tenantId)}?${new URLSearchParams({ pipeline: path })}`}>All its runs</a>}
    >
      <Shown of={runs} what="its runs">
        {({ runs }) => (
          <Table
            caption="Recent runs"
            columns={columns}
            rows={runs}
            keyOf={({ run_id }) => run_id}
            // What was so when the page was open before may be so no more.
            empty={answeredAt < openedAt ? 'Loading its runs …' : 'It has not run yet.'}
          />
        )}
      </Shown>
    </Section>
  );
}

type Listed = RunList['runs'][number];

const columns: readonly Column<Listed>[] = [
  {
    title: 'Run',
    cell: ({ tenant_id, run_id }) => (
      <a href={runPlace(tenant_id, run_id)} title={run_id}>
        <code>{shortId(run_id)}</code>
      </a>
    ),
  },
  {
    title: 'Status',
    cell: (run) => (
      <ToRun run={run}>
        <Status word={runWord(run.status)} />
      </ToRun>
    ),
  },
  { title: 'Admitted', cell: ({ admitted_at }) => <Ago at={admitted_at} /> },
  {
    title: 'Took',
    isNumber: true,
    cell: (run) => {
      const ms = tookMs(run, shownNow.value);
      return ms === null ? 'waits' : duration(ms);
    },
  },
  {
    title: 'Rows',
    isNumber: true,
    cell: ({ rows_written }) => (rows_written === null ? '–' : count(rows_written)),
  },
  {
    title: 'Billed',
    isNumber: true,
    cell: ({ bytes_billed }) => (bytes_billed === null ? '–' : bytes(bytes_billed)),
  },
  {
    title: 'Error',
    cell: (run) =>
      run.error_code !== null && (
        <ToRun run={run}>{[run.failed_step, run.error_code].filter(Boolean).join(': ')}</ToRun>
      ),
  },
];
