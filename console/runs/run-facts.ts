import type { Run } from '../../client';
import { money } from '../format/numbers';

/** What is computed from a run's figures. Pure. */

/** As admins are told it. */
export type BigQueryJob = NonNullable<Attempt['job']>;
type Attempt = Run['steps'][number]['attempt_details'][number];

interface RunTimes {
  readonly status: string;
  readonly admitted_at: string;
  readonly started_at: string | null;
  readonly ended_at: string | null;
  readonly duration_ms: number | null;
}

export const isInFlight = ({ status }: Pick<RunTimes, 'status'>): boolean =>
  status === 'QUEUED' || status === 'ADMITTED';

/** How long a run took, or has taken so far, in milliseconds; null while it waits. */
export function tookMs(
  { status, admitted_at, started_at, ended_at, duration_ms }: RunTimes,
  now: number,
): number | null {
  if (status === 'QUEUED') return null;
  if (duration_ms !== null) return duration_ms;
  const from = Date.parse(started_at ?? admitted_at);
  if (isInFlight({ status })) return Math.max(0, now - from);
  return ended_at === null ? null : Math.max(0, Date.parse(ended_at) - from);
}

/** How long a run waited in the queue, in milliseconds; null where it did not. */
export function waitedMs(
  run: Pick<RunTimes, 'status' | 'admitted_at'> & { readonly handed_on_at: string | null },
  now: number,
): number | null {
  const to =
    run.handed_on_at === null ? (run.status === 'QUEUED' ? now : null) : Date.parse(run.handed_on_at);
  return to === null ? null : Math.max(0, to - Date.parse(run.admitted_at));
}

/** Newest first: as the interface orders them. */
export const placeOfRun = ({
  admitted_at,
  run_id,
}: {
  readonly admitted_at: string;
  readonly run_id: string;
}): string => `${admitted_at} ${run_id}`;

/** The word that is shown: that a run was admitted means to people that it runs. */
export const runWord = (status: string): string => (status === 'ADMITTED' ? 'RUNNING' : status);

/** The word of a step: of a run that is over none will begin, and none still runs. */
export const stepWord = (
  { status, attempts }: { readonly status: string; readonly attempts: number },
  run: Pick<RunTimes, 'status'>,
): string => {
  if (isInFlight(run) || (status !== 'PENDING' && status !== 'RUNNING')) return status;
  return status === 'RUNNING' || attempts > 0 ? 'not completed' : 'not begun';
};

/** `api`, `scheduler`, `schedule`, `rerun`: who had it begin. */
export const triggerWord = (trigger: string | null): string => trigger ?? '–';

const tib = 1024 ** 4;

/** What BigQuery bills for bytes, at the price that the run was told with. */
export const costOf = (
  bytesBilled: number | null,
  {
    bigquery_price_per_tib,
    currency,
  }: { readonly bigquery_price_per_tib: number; readonly currency: string },
): string | undefined =>
  bytesBilled === null ? undefined : money((bytesBilled / tib) * bigquery_price_per_tib, currency);

/** BigQuery's page of a job in Google's console; undefined of a local cloud: no project of Google's has so short an id. */
export const pageOfJob = ({ project_id, location, job_id }: BigQueryJob): string | undefined =>
  project_id === 'local'
    ? undefined
    : `https://console.cloud.google.com/bigquery?${new URLSearchParams({
        project: project_id,
        j: `bq:${location}:${job_id}`,
        page: 'queryresults',
      })}`;
