import type { DryRun } from '../../../client';
import { bytes, count, money } from '../../format/numbers';

/** A dry run's terms in words. Pure. */

type PlannedStep = DryRun['steps'][number];
type File = NonNullable<PlannedStep['files']>[number];

const looks = {
  ESTIMATED: ['good', '✓', 'estimated'],
  NOT_BILLED: ['off', '–', 'not billed'],
  NOT_KNOWN: ['waits', '?', 'not known yet'],
  WOULD_FAIL: ['bad', '✕', 'would fail'],
} as const satisfies Readonly<
  Record<PlannedStep['status'], readonly [kind: string, sign: string, word: string]>
>;

export const planStatusLook = (status: PlannedStep['status']) => looks[status];

/** What stands before a figure. */
export const accuracyInWords = (accuracy: PlannedStep['accuracy']): string =>
  accuracy === 'UPPER_BOUND' ? 'at most ' : accuracy === 'LOWER_BOUND' ? 'at least ' : '';

type SummedPlan = Pick<
  DryRun,
  'is_complete' | 'currency' | 'estimated_bigquery_cost' | 'bytes_billed' | 'bytes_processed'
> & { readonly steps: readonly Pick<PlannedStep, 'status' | 'maximum_bytes_billed'>[] };

/** A dry run's sums; where nothing is known of all that is billed, the most that it may be, not a zero. */
export function sumsInWords(plan: SummedPlan): Readonly<Record<'cost' | 'billed' | 'processed', string>> {
  const { is_complete, currency, steps } = plan;
  const billed = steps.filter(({ status }) => status !== 'NOT_BILLED');
  if (billed.length > 0 && billed.every(({ status }) => status !== 'ESTIMATED')) {
    const notKnown = 'not known yet';
    const limits = billed.map(({ maximum_bytes_billed }) => maximum_bytes_billed);
    const most = limits.reduce<number | null>(
      (sum, limit) => (sum === null || limit === null ? null : sum + limit),
      0,
    );
    return {
      cost: notKnown,
      billed: most === null ? notKnown : `at most ${bytes(most)}`,
      processed: notKnown,
    };
  }
  const atLeast = is_complete ? '' : 'at least ';
  return {
    cost: `${atLeast}${money(plan.estimated_bigquery_cost, currency)}`,
    billed: `${atLeast}${bytes(plan.bytes_billed)}`,
    processed: `${atLeast}${bytes(plan.bytes_processed)}`,
  };
}

export const filesInWords = ({ files, bytes: size }: Pick<File, 'files' | 'bytes'>): string =>
  files === null
    ? 'only the worker may look'
    : [`${count(files)} ${files === 1 ? 'file' : 'files'}`, ...(size === null ? [] : [bytes(size)])].join(
        ', ',
      );
