import type { Step } from '../definitions/schemas/pipeline-schema';
import { type Failure, isPassing } from '../google/bigquery/failures';
import type { JobOutcome } from '../google/bigquery/jobs/job-outcome';
import { noUsage, type StepError } from './execution';
import type { Attempt } from './step-records';
import { withAdvice } from './steps/load/load-advice';
import {
  describeFailedChecks,
  locateError,
  type QualityResult,
  readCheckResults,
  uncomputedResults,
} from './steps/quality/check-results';
import { composeQualityQuery } from './steps/quality/quality-query';

export interface Judgement {
  readonly attempt: Attempt;
  /** Results of a quality step's checks. */
  readonly checks: readonly QualityResult[];
  /** Present if trying again can help. */
  readonly retryable?: Failure | undefined;
  /** What BigQuery said, if the attempt's error says it in other words. */
  readonly said?: string | undefined;
}

type UnsuccessfulJob = Exclude<JobOutcome, { status: 'completed' }>;

/** What is known of an attempt besides its job's outcome. */
export type AttemptFrame = Pick<Attempt, 'number' | 'jobId' | 'startedAt' | 'endedAt'>;

/** What a job's outcome means for its step. */
export function judgeJob(step: Step, job: JobOutcome, frame: AttemptFrame): Judgement {
  const known = { ...frame, ...usageOf(job, frame), ...factsOf(step, job) };
  if (job.status !== 'completed') return judgeFailure(step, job, known);
  const attempt = { ...known, watermark: job.watermark };
  if (step.type !== 'quality') return { attempt, checks: [] };
  const checks = readCheckResults(step, job.rows[0]);
  const message = describeFailedChecks(checks);
  const error: StepError | undefined = message === undefined ? undefined : { code: 'check_failed', message };
  return { attempt: { ...attempt, error }, checks };
}

function judgeFailure(step: Step, job: UnsuccessfulJob, attempt: Attempt): Judgement {
  const { failure } = job;
  const isNamed = step.retry.retry_on.some((code) => code === failure.code);
  // Nothing can be decided about a job whose end is not known.
  const isOpen = job.status === 'unknown' && isPassing(failure);
  const retryable = isNamed || isOpen ? failure : undefined;
  const reason = reasonFor(step, job);
  const said = job.said === reason ? undefined : job.said;
  if (step.type !== 'quality') {
    const error = { code: failure.code, message: `Step '${step.id}' failed: ${reason}` };
    return { attempt: { ...attempt, error }, checks: [], retryable, said };
  }
  const why = locateError(step, composeQualityQuery(step), reason);
  const message = `The checks of step '${step.id}' could not be computed: ${why}`;
  return {
    attempt: { ...attempt, error: { code: failure.code, message } },
    checks: uncomputedResults(step, why),
    retryable,
    said,
  };
}

/** For tenants, so without the deployment's internals, which errors of BigQuery and of this code may show. */
function reasonFor(step: Step, { failure, said }: UnsuccessfulJob): string {
  if (failure.code === 'internal') return 'an internal error.';
  if (failure.code === 'access_denied' && said !== undefined) return describeDenial(step, said);
  return step.type === 'load' || step.type === 'http' ? withAdvice(failure.message) : failure.message;
}

/**
 * BigQuery's own times if both are known: every worker that looks at the job sees the same. Never one of each,
 * because the two clocks may differ.
 */
function usageOf(job: JobOutcome, frame: AttemptFrame) {
  if (job.status === 'unknown') return noUsage;
  const { startedAt, endedAt, badRows: _, ...usage } = job.statistics;
  return startedAt === undefined || endedAt === undefined
    ? { ...usage, startedAt: frame.startedAt, endedAt: frame.endedAt }
    : { ...usage, startedAt, endedAt };
}

/** What the step's record tells of the files that it read. */
function factsOf(step: Step, job: JobOutcome): Pick<Attempt, 'fileFormat' | 'warnings'> {
  if (job.status === 'unknown') return {};
  const { files = {}, statistics } = job;
  const { badRecords = 0, badRows = [] } = statistics;
  const limit = 'max_bad_records' in step ? (step.max_bad_records ?? 0) : 0;
  const told = badRows.length < badRecords ? `, the first ${badRows.length} of them:` : ':';
  const leftOut =
    badRecords === 0
      ? []
      : [`${rowCount(badRecords)} left out, as max_bad_records: ${limit} allows${told}`, ...badRows];
  const warnings = [...(files.warnings ?? []), ...leftOut];
  return {
    ...(files.fileFormat !== undefined && { fileFormat: files.fileFormat }),
    ...(warnings.length > 0 && { warnings }),
  };
}

const rowCount = (count: number): string => (count === 1 ? '1 row was' : `${count} rows were`);

/** Names of Google's permissions: https://cloud.google.com/iam/docs/permissions-reference */
const rights =
  /\b(?:bigquery\.(?:jobs|tables|datasets|routines|connections)|storage\.(?:objects|buckets))\.[A-Za-z]+\b/g;
const tables = /\b(?:Table|View|Dataset|Routine) [`']?([\w.:-]+)/gi;
const areFiles = /\bstorage\.|Cloud Storage|\bGCS\b|gs:\/\//i;

/**
 * What could not be read or written, in the definition's words, and which right it takes. BigQuery names
 * accounts and projects as well, so only what stands in the definition or in Google's documents is repeated.
 */
export function describeDenial(step: Step, said: string): string {
  const needed = [...new Set(said.match(rights) ?? [])];
  const right = needed.length === 0 ? '' : `; it takes ${needed.join(', ')}`;
  return `access to ${findPlace(step, said)} was denied${right}.`;
}

function findPlace(step: Step, said: string): string {
  if (said.includes('bigquery.jobs.')) return 'BigQuery';
  if (areFiles.test(said)) return filesOf(step);
  const definition = JSON.stringify(step);
  const names = [...said.matchAll(tables)].flatMap(([, name = '']) => suffixesOf(name));
  return names.find((name) => isNamed(definition, name)) ?? 'what it reads or writes';
}

/** For project:dataset.table: that, dataset.table and table. */
function suffixesOf(name: string): readonly string[] {
  const parts = name.split(/[.:]/).filter((part) => part !== '');
  return parts.map((_, index) => parts.slice(index).join('.'));
}

const isNamed = (definition: string, name: string): boolean =>
  new RegExp(`(?<![\\w-])${name.replaceAll('.', '\\.')}(?![\\w-])`).test(definition);

function filesOf(step: Step): string {
  if (step.type === 'export') return step.destination_uri;
  if (step.type !== 'load') return 'files that it reads';
  const { source_uri_parameter, source_uris = [] } = step;
  return source_uri_parameter === undefined
    ? source_uris.join(', ')
    : `the files of the parameter '${source_uri_parameter}'`;
}
