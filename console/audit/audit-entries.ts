import type { AuditLog } from '../../client';
import { bytes, count } from '../format/numbers';
import { utcTime } from '../format/times';

export type AuditEntry = AuditLog['entries'][number];

/** What calls that change things do, in words. A call that is not here is told by its name. */
const actionWords: Readonly<Record<string, string>> = {
  onboardTenant: 'Onboarded',
  changeQuotas: 'Changed tier or quotas',
  changeProfile: 'Changed the profile',
  suspendTenant: 'Suspended',
  activateTenant: 'Activated',
  offboardTenant: 'Offboarded',
  restoreTenant: 'Restored',
  makeApiKey: 'Made a key',
  rotateApiKey: 'Rotated a key',
  revokeApiKey: 'Revoked a key',
  makeToken: 'Made a token',
  makeWebhook: 'Made a webhook',
  changeWebhook: 'Changed a webhook',
  deleteWebhook: 'Deleted a webhook',
  testWebhook: 'Tested a webhook',
  rotateWebhookSecret: 'Rotated a webhook’s secret',
  redeliver: 'Delivered an event again',
  makeSchedule: 'Made a schedule',
  changeSchedule: 'Changed a schedule',
  pauseSchedule: 'Paused a schedule',
  resumeSchedule: 'Resumed a schedule',
  deleteSchedule: 'Deleted a schedule',
  startRun: 'Started a run',
  cancelRun: 'Cancelled a run',
  rerunRun: 'Did a run again',
  startBackfill: 'Started a backfill',
  bulkCancelRuns: 'Cancelled many runs',
  bulkCancelTenantRuns: 'Cancelled many runs of the tenant',
  bulkRerunTenantRuns: 'Did many runs again',
};

export const actionText = (action: string): string => actionWords[action] ?? action;

/** For the choice of one: those that are known, and the one that is asked for. */
export const knownActions = (asked: string | undefined): readonly string[] => [
  ...new Set([...Object.keys(actionWords), ...(asked === undefined || asked === '' ? [] : [asked])]),
];

/** What became of one thing by a call. */
export interface ToldDifference {
  readonly name: string;
  /** undefined: there was nothing. */
  readonly from: string | undefined;
  /** undefined: there is nothing any more, or it is not told. */
  readonly to: string | undefined;
}

/**
 * From what to what each thing was changed. What stayed the same is left out, and, of what was made, what it was made
 * without.
 */
export function differencesOf({
  before,
  after,
}: Pick<AuditEntry, 'before' | 'after'>): readonly ToldDifference[] {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names
    .filter((name) => before !== null || !isWithout(name, after?.[name]))
    .map((name) => ({ name, from: toldValue(name, before?.[name]), to: toldValue(name, after?.[name]) }))
    .filter(({ from, to }) => from !== to);
}

const isLimit = (name: string): boolean => name.startsWith('max_');

const isWithout = (name: string, value: unknown): boolean =>
  value === false || (Array.isArray(value) && value.length === 0) || (value === null && !isLimit(name));

/** A value in words. undefined: it is not told. */
function toldValue(name: string, value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (value === null) return isLimit(name) ? 'unlimited' : 'none';
  if (Array.isArray(value)) return value.length === 0 ? 'none' : value.map(String).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return name.includes('bytes') ? bytes(value) : count(value);
  return typeof value === 'string' && /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)
    ? utcTime(value)
    : String(value);
}

/** `max_pipelines_per_month` as `max pipelines per month`. */
export const differenceName = (name: string): string => name.replaceAll('_', ' ');

type Query = Readonly<Record<string, string>>;

const isDay = (text: string | undefined): text is string => /^\d{4}-\d{2}-\d{2}$/.test(text ?? '');

/** What is asked for by what the address says: days of UTC, both included. */
export function auditQueryOf({ action, actor, from, to }: Query) {
  return {
    ...(action !== undefined && { action }),
    ...(actor !== undefined && { actor }),
    ...(isDay(from) && { from }),
    ...(isDay(to) && { to: dayAfter(to) }),
  };
}

function dayAfter(day: string): string {
  const next = new Date(`${day}T00:00:00Z`);
  // Of a day that no calendar has, such as the 31st of June, the interface says what is wrong.
  if (Number.isNaN(next.getTime())) return day;
  next.setUTCDate(next.getUTCDate() + 1);
  return next.toISOString().slice(0, 10);
}
