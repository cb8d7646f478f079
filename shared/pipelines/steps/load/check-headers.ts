import type { JobOutcome } from '../../../google/bigquery/jobs/job-outcome';
import type { LoadWork } from '../../../google/bigquery/jobs/job-request';
import type { ReadFileStarts } from '../../../google/storage/read-file-starts';
import type { AttemptRequest } from '../../execution';
import { headerOf } from '../../rules/csv-header';
import { matchHeader } from '../../rules/header-match';
import { judgeUri } from '../../rules/run-sources';

export interface CheckedHeaders {
  readonly problem?: string | undefined;
  readonly warnings: readonly string[];
  readonly fileFormat?: string | undefined;
}

const nothingKnown: CheckedHeaders = { warnings: [] };

/**
 * Compares the headers of a load's CSV files with its schema before anything is started: BigQuery would tell less, or
 * exchange columns without a word. A file that cannot be read here, or must not be, is left to BigQuery and to the
 * guard of what jobs read.
 */
export async function checkHeaders(
  readStarts: ReadFileStarts,
  reads: AttemptRequest['reads'],
  { sourceUris, urisFrom, step }: Pick<LoadWork, 'sourceUris' | 'urisFrom' | 'step'>,
  signal: AbortSignal,
): Promise<CheckedHeaders> {
  if (step.format !== 'CSV' || (step.csv?.skip_leading_rows ?? 0) === 0) return nothingKnown;
  const formats = new Set<string>();
  const warnings: string[] = [];
  for (const uri of sourceUris) {
    if (reads !== 'anything' && judgeUri(reads, uri, urisFrom) !== undefined) continue;
    for (const start of await readStarts(uri, signal)) {
      const header = headerOf(start, step.csv);
      if (header === undefined) continue;
      const { problem, warning, format } = matchHeader({ uri: start.uri, header }, step);
      if (problem !== undefined) return { problem, warnings };
      if (warning !== undefined) warnings.push(warning);
      if (format !== undefined) formats.add(format);
    }
  }
  const fileFormat = formats.size === 0 ? undefined : [...formats].sort().join('; ');
  return { warnings, fileFormat };
}

/** The outcome of a step whose files do not fit: nothing was started. */
export const misfit = (message: string): JobOutcome => ({
  status: 'unknown',
  mayHaveStarted: false,
  failure: { kind: 'permanent', code: 'invalid_data', reason: 'invalid', message },
});
