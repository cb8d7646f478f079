import type { EstimateAccuracy } from '../../google/bigquery/jobs/estimate-query';
import type { ByteLimit } from '../rules/byte-limit';

/**
 * What a dry run finds out about a step:
 *   ESTIMATED   BigQuery takes its query, and has said what it would read
 *   NOT_BILLED  it runs no query, and nothing is known to be wrong with it
 *   NOT_KNOWN   what it reads is only there once steps before it have run, or cannot be looked at
 *   WOULD_FAIL  it would fail as everything is now
 */
export const planStatuses = ['ESTIMATED', 'NOT_BILLED', 'NOT_KNOWN', 'WOULD_FAIL'] as const;

/** What a step would do, and cost. */
export interface StepPlan {
  readonly status: (typeof planStatuses)[number];
  /** Null where that is not known. */
  readonly bytesProcessed: number | null;
  readonly bytesBilled: number | null;
  /** Null where there is no estimate. */
  readonly accuracy: EstimateAccuracy | null;
  /** What it may be billed at most. */
  readonly byteLimit?: ByteLimit | undefined;
  /** The steps before it that write to tables that it reads. */
  readonly readsTablesOf: readonly string[];
  /** What it loads. Undefined: it loads no files. */
  readonly files?: readonly PlannedFiles[] | undefined;
  /** What is wrong with it, or why nothing is known. */
  readonly problem?: { readonly code: string; readonly message: string } | undefined;
  /** What whoever starts the run should know. */
  readonly warnings: readonly string[];
}

/** Files that one URI names. */
export interface PlannedFiles {
  readonly uri: string;
  /** Null: they cannot be looked at. */
  readonly files: number | null;
  readonly bytes: number | null;
}

const nothingKnown = {
  bytesProcessed: null,
  bytesBilled: null,
  accuracy: null,
  readsTablesOf: [],
  warnings: [],
} as const;

export const notBilled = (more: Partial<StepPlan> = {}): StepPlan => ({
  ...nothingKnown,
  status: 'NOT_BILLED',
  bytesProcessed: 0,
  bytesBilled: 0,
  ...more,
});

export const notKnown = (problem: StepPlan['problem'], more: Partial<StepPlan> = {}): StepPlan => ({
  ...nothingKnown,
  status: 'NOT_KNOWN',
  problem,
  ...more,
});

export const wouldFail = (problem: StepPlan['problem'], more: Partial<StepPlan> = {}): StepPlan => ({
  ...nothingKnown,
  status: 'WOULD_FAIL',
  problem,
  ...more,
});
