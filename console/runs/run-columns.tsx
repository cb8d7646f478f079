import type { ComponentChildren } from 'preact';
import { runPlace, tenantPlace } from '../app/places';
import { bytes, count, duration } from '../format/numbers';
import type { LongColumn } from '../ui/lists/long-table';
import { Status } from '../ui/status';
import { shownNow, Time } from '../ui/times';
import { runWord, tookMs, triggerWord } from './run-facts';

/** What lists of runs have of each, of one tenant or of all. */
export interface ListedRun {
  readonly run_id: string;
  readonly tenant_id: string;
  readonly pipeline: string;
  readonly trigger: string | null;
  readonly status: string;
  readonly error_code: string | null;
  readonly error_message?: string | null;
  readonly failed_step: string | null;
  readonly admitted_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly duration_ms: number | null;
  readonly rows_written: number | null;
  readonly bytes_billed: number | null;
}

const orDash = (value: number | null, unit: (value: number) => string) =>
  value === null ? <span class="quiet">–</span> : unit(value);

const common: readonly LongColumn<ListedRun>[] = [
  {
    title: 'Run',
    rem: 7.5,
    cell: ({ tenant_id, run_id }) => (
      <a href={runPlace(tenant_id, run_id)} title={run_id}>
        <code>{shortId(run_id)}</code>
      </a>
    ),
  },
  {
    title: 'Status',
    rem: 7.75,
    cell: (run) => (
      <ToRun run={run}>
        <Status word={runWord(run.status)} />
      </ToRun>
    ),
  },
  { title: 'Pipeline', rem: 11, cell: ({ pipeline }) => <span title={pipeline}>{pipeline}</span> },
  { title: 'Error', rem: 9, cell: (run) => <WhatFailed run={run} /> },
  { title: 'Admitted', rem: 8, cell: ({ admitted_at }) => <Time at={admitted_at} /> },
  { title: 'Took', rem: 5.5, isNumber: true, cell: (run) => <Took run={run} /> },
  { title: 'Rows', rem: 4.5, isNumber: true, cell: ({ rows_written }) => orDash(rows_written, count) },
  { title: 'Billed', rem: 5.25, isNumber: true, cell: ({ bytes_billed }) => orDash(bytes_billed, bytes) },
  { title: 'Trigger', rem: 4.75, cell: ({ trigger }) => triggerWord(trigger) },
];

export const tenantRunColumns: readonly LongColumn<ListedRun>[] = common;

/** Of all tenants: with the tenant behind the status, and without what leaves no room for it. */
export const allRunColumns: readonly LongColumn<ListedRun>[] = [
  ...common.slice(0, 2),
  {
    title: 'Tenant',
    rem: 8,
    cell: ({ tenant_id }) => (
      <a href={tenantPlace(tenant_id)} title={tenant_id}>
        {tenant_id}
      </a>
    ),
  },
  ...common.slice(2).filter(({ title }) => title !== 'Rows' && title !== 'Trigger'),
];

/** Ids begin with their time, and their ends tell them apart: the whole one is in the address and on hover. */
export const shortId = (runId: string): string =>
  runId.length > 16 ? `${runId.slice(0, 8)}…${runId.slice(-5)}` : runId;

interface ToRunProps {
  readonly run: Pick<ListedRun, 'tenant_id' | 'run_id'>;
  readonly title?: string;
  readonly children: ComponentChildren;
}

/** A cell that leads to the run, too. By keys the run's id does: one stop a row. */
export const ToRun = ({ run: { tenant_id, run_id }, title, children }: ToRunProps) => (
  <a class="to-run" href={runPlace(tenant_id, run_id)} title={title} tabIndex={-1}>
    {children}
  </a>
);

function Took({ run }: { readonly run: ListedRun }) {
  const ms = tookMs(run, shownNow.value);
  return <span class={ms === null ? 'quiet' : undefined}>{ms === null ? 'waits' : duration(ms)}</span>;
}

function WhatFailed({ run }: { readonly run: ListedRun }) {
  const { error_code, error_message, failed_step } = run;
  if (error_code === null) return null;
  const text = [failed_step, error_message ?? error_code].filter(Boolean).join(': ');
  return (
    <ToRun run={run} title={`${error_code}: ${text}`}>
      {text}
    </ToRun>
  );
}
