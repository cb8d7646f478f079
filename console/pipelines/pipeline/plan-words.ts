import type { DryRun } from '../../../client';
import { bytes, count } from '../../format/numbers';

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

export const filesInWords = ({ files, bytes: size }: Pick<File, 'files' | 'bytes'>): string =>
  files === null
    ? 'only the worker may look'
    : [`${count(files)} ${files === 1 ? 'file' : 'files'}`, ...(size === null ? [] : [bytes(size)])].join(
        ', ',
      );
