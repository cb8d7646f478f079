import type { Operation } from '../../client';
import { count } from '../format/numbers';

/** What is told of an operation. Pure. */

export const hasEnded = ({ state }: Pick<Operation, 'state'>): boolean =>
  state === 'done' || state === 'failed' || state === 'aborted';

/** A kind in words: unknown ones as the interface names them. */
export const kindInWords = (kind: string): string =>
  ({ 'bulk-cancel': 'Cancelling runs', 'bulk-rerun': 'Doing runs again', backfill: 'Backfill' })[kind] ??
  kind;

/** How many of its items are over, whatever became of them. */
export const itemsOver = ({
  done,
  skipped,
  failed,
}: Pick<Operation, 'done' | 'skipped' | 'failed'>): number => done + skipped + failed;

/** `120 of 365 done, 2 failed, 1 skipped` */
export function progressInWords({
  total,
  done,
  skipped,
  failed,
}: Pick<Operation, 'total' | 'done' | 'skipped' | 'failed'>): string {
  const further = [
    ...(failed > 0 ? [`${count(failed)} failed`] : []),
    ...(skipped > 0 ? [`${count(skipped)} skipped`] : []),
  ];
  const first =
    total === null
      ? `${count(done)} done, further ones are looked for`
      : `${count(done)} of ${count(total)} done`;
  return [first, ...further].join(', ');
}

/** When it will end if it goes on as it did, in milliseconds from now; null where nothing can be said yet. */
export function leftMs(operation: Operation, now: number): number | null {
  const over = itemsOver(operation);
  if (operation.state !== 'running' || operation.total === null || over === 0) return null;
  const took = Math.max(1, now - Date.parse(operation.started_at));
  return ((operation.total - over) * took) / over;
}

const names: Readonly<Record<string, string>> = {
  limit: 'In flight at once',
  rerun_from: 'Each begins at',
  from: 'From',
  to: 'To',
};

const nameInWords = (name: string): string =>
  names[name] ?? `${name.charAt(0).toUpperCase()}${name.slice(1).replaceAll('_', ' ')}`;

function valueInWords(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(valueInWords).join(', ');
  if (typeof value === 'object' && value !== null)
    return Object.entries(value)
      .map(([name, each]) => `${name}: ${valueInWords(each)}`)
      .join(', ');
  return JSON.stringify(value);
}

/** The filter as texts, by names for people. What lets all pass, and what the tenant already says, is left out. */
export const filterEntries = ({
  filter,
  tenant_id,
}: Pick<Operation, 'filter' | 'tenant_id'>): readonly (readonly [string, string])[] =>
  Object.entries(filter).flatMap(([name, value]) =>
    (tenant_id !== null && (name === 'tenant' || name === 'tenants')) ||
    value === null ||
    value === undefined ||
    (Array.isArray(value) && value.length === 0)
      ? []
      : [[nameInWords(name), valueInWords(value)] as const],
  );

export const placeOfOperation = ({ started_at, operation_id }: Operation): string =>
  `${started_at} ${operation_id}`;
