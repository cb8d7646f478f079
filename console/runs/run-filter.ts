/** Which runs a list shows: as the address has it, as people choose it, and as the interface is asked. Pure but for the zone. */

export const runStatusWords = ['QUEUED', 'ADMITTED', 'COMPLETED', 'FAILED', 'CANCELLED'] as const;
export type RunStatus = (typeof runStatusWords)[number];

/** Texts as they stand in the fields; empty: lets all pass. */
export interface RunFilter {
  readonly status: string;
  /** provider/domain/pipeline */
  readonly pipeline: string;
  /** Days of the viewer's zone, both included: 2026-11-30. */
  readonly from: string;
  readonly to: string;
  /** Of all tenants' runs only. */
  readonly tenant: string;
  readonly code: string;
}

type Query = Readonly<Record<string, string | undefined>>;

const names = [
  'status',
  'pipeline',
  'from',
  'to',
  'tenant',
  'code',
] as const satisfies readonly (keyof RunFilter)[];
const dayPattern = /^\d{4}-\d{2}-\d{2}$/;

const isRunStatus = (text: string): text is RunStatus => runStatusWords.some((status) => status === text);
const isDay = (text: string): boolean => dayPattern.test(text) && !Number.isNaN(Date.parse(text));

/** What is in the address and makes no sense is left out. */
export function runFilterOf(query: Query): RunFilter {
  const { status = '', pipeline = '', from = '', to = '', tenant = '', code = '' } = query;
  return {
    status: isRunStatus(status) ? status : '',
    pipeline,
    from: isDay(from) ? from : '',
    to: isDay(to) ? to : '',
    tenant,
    code,
  };
}

export const unfiltered: RunFilter = { status: '', pipeline: '', from: '', to: '', tenant: '', code: '' };

/** Under it what the filter lets through is kept. */
export const nameOfFilter = (filter: RunFilter): string => names.map((name) => filter[name]).join(' ');

export const isUnfiltered = (filter: RunFilter): boolean => names.every((name) => filter[name] === '');

/** The beginning of a day of the viewer's zone. */
export function beginningOf(day: string, daysLater = 0): string {
  const [year = 0, month = 1, date = 1] = day.split('-').map(Number);
  return new Date(year, month - 1, date + daysLater).toISOString();
}

/** What of the filter all calls have in common: the interface's `to` is not included, that of people is. */
export const commonFilter = ({ pipeline, from, to }: RunFilter) => ({
  ...(pipeline !== '' && { pipeline }),
  ...(from !== '' && { from: beginningOf(from) }),
  ...(to !== '' && { to: beginningOf(to, 1) }),
});

export const statusOfFilter = ({ status }: RunFilter): RunStatus | undefined =>
  isRunStatus(status) ? status : undefined;

/** Of runs that are over. */
export function endedStatusOf(filter: RunFilter): 'COMPLETED' | 'FAILED' | 'CANCELLED' | undefined {
  const status = statusOfFilter(filter);
  return status === 'QUEUED' || status === 'ADMITTED' ? undefined : status;
}

/** Of runs in flight. */
export function openStatusOf(filter: RunFilter): 'QUEUED' | 'ADMITTED' | undefined {
  const status = statusOfFilter(filter);
  return status === 'QUEUED' || status === 'ADMITTED' ? status : undefined;
}

/** Which runs are meant, in words: `failed runs of gcp/billing/daily_costs from 2026-11-01 to 2026-11-30`. */
export function filterInWords({ status, pipeline, from, to, tenant, code }: RunFilter): string {
  const parts = [
    ...(pipeline === '' ? [] : [`of ${pipeline}`]),
    ...(tenant === '' ? [] : [`of ${tenant}`]),
    ...(code === '' ? [] : [`with the error ${code}`]),
    ...(from === '' ? [] : [`from ${from}`]),
    ...(to === '' ? [] : [`to ${to}`]),
  ];
  const words = {
    ADMITTED: 'running',
    QUEUED: 'queued',
    COMPLETED: 'completed',
    FAILED: 'failed',
    CANCELLED: 'cancelled',
  };
  const kind = isRunStatus(status) ? `${words[status]} runs` : 'runs';
  return [kind, ...parts].join(' ');
}
