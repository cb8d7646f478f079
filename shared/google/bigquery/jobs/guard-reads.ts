import { createHash } from 'node:crypto';
import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { refuseText } from '../../../definitions/sql/text-reads';
import {
  foreignDatasets,
  judgeQuery,
  judgeUri,
  type QueryFacts,
  type Refusal,
  type RunSources,
} from '../../../pipelines/rules/run-sources';
import { unlessAborted, within } from '../../../support/time-limits';
import type { Failure } from '../failures';
import { isManaged } from '../tables/managed-label';
import type { JobRequest, QueryWork } from './job-request';
import { dryRun } from './start-job';

/**
 * Why a job must not be started: it would read something outside its request's `reads`. Files are judged by
 * their URIs, a query by its text and by a dry run, which is free and made once per process for the same text, tenant and
 * sources. Throws BigQuery's error if the dry run fails, or the signal's reason.
 */
export type GuardReads = (request: JobRequest, signal?: AbortSignal) => Promise<Failure | undefined>;

/** Texts that are remembered as allowed. Beyond that, all are judged anew. */
const mostKnown = 20_000;

export function createGuardReads(bigquery: BigQuery): GuardReads {
  const known = new Set<string>();
  return async (request, signal = new AbortController().signal) => {
    const { reads, work, attachOnly } = request;
    if (reads === 'anything' || attachOnly) return undefined;
    if (work.kind === 'load') {
      const [refusal] = work.sourceUris.flatMap((uri) => judgeUri(reads, uri, work.urisFrom) ?? []);
      return refusal === undefined ? undefined : denied(refusal);
    }
    // An extract reads a table of the tenant or the result of a query that was judged; an upload reads no
    // table.
    if (work.kind === 'extract' || work.kind === 'upload') return undefined;
    const key = digestOf(reads, work);
    if (known.has(key)) return undefined;
    const judged = judge(bigquery, request, work, reads);
    const failure = await unlessAborted(within(request.timeoutMs, 'BigQuery', judged), signal);
    if (failure !== undefined) return failure;
    if (known.size >= mostKnown) known.clear();
    known.add(key);
    return undefined;
  };
}

async function judge(
  bigquery: BigQuery,
  request: JobRequest,
  work: QueryWork,
  reach: RunSources,
): Promise<Failure | undefined> {
  const refused = judgeText(work.sql);
  if (refused !== undefined) return refused;
  return await judgeAnswer(bigquery, reach, await dryRun(bigquery, request, work));
}

/** Why a text must not run, as far as the text itself says. */
export function judgeText(sql: string): Failure | undefined {
  const [refused] = refuseText(sql);
  return refused && toFailure(refused);
}

/** Why a query must not run, by BigQuery's answer to its dry run. Throws BigQuery's error. */
export async function judgeAnswer(
  bigquery: BigQuery,
  reach: RunSources,
  answer: unknown,
): Promise<Failure | undefined> {
  const facts = readFacts(answer);
  const [refusal] = judgeQuery(reach, facts);
  if (refusal !== undefined) return toFailure(refusal);
  for (const dataset of foreignDatasets(reach, facts)) {
    if (await isTenants(bigquery, dataset)) {
      return denied(`It reads ${dataset.projectId}.${dataset.datasetId}, which is the dataset of a tenant.`);
    }
  }
  return undefined;
}

const referenceSchema = z.object({ projectId: z.string(), datasetId: z.string() });

/**
 * The fields of a dry run's answer that are used: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job
 * Beside tables it tells of routines, property graphs and whatever else there will be, each in a field whose
 * name begins alike.
 */
const dryRunSchema = z.object({
  jobReference: z.object({ projectId: z.string() }),
  statistics: z.object({
    query: z.looseObject({
      statementType: z.string(),
      referencedTables: z.array(referenceSchema.extend({ tableId: z.string() })).default([]),
    }),
  }),
});

function readFacts(answer: unknown): QueryFacts {
  const { jobReference, statistics } = dryRunSchema.parse(answer);
  const { statementType, referencedTables, ...rest } = statistics.query;
  return {
    projectId: jobReference.projectId,
    statementType,
    tables: referencedTables,
    others: Object.entries(rest).flatMap(([field, value]) =>
      field.startsWith('referenced') ? othersOf(field, value) : [],
    ),
  };
}

/** What a field names: `referencedRoutines acme.rates.convert`. */
const othersOf = (field: string, value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : [value]).map((item: unknown) => {
    const names = z.record(z.string(), z.string()).safeParse(item);
    return `${field} ${names.success ? Object.values(names.data).join('.') : JSON.stringify(item)}`;
  });

/**
 * A tenant's dataset is never a source, whatever is configured. Throws if the dataset cannot be looked at.
 */
async function isTenants(
  bigquery: BigQuery,
  { projectId, datasetId }: z.infer<typeof referenceSchema>,
): Promise<boolean> {
  const [metadata]: readonly unknown[] = await bigquery.dataset(datasetId, { projectId }).getMetadata();
  return isManaged(metadata);
}

const digestOf = (reach: RunSources, { sql, parameters }: QueryWork): string =>
  createHash('sha256')
    .update(JSON.stringify([reach, sql, parameters.map(({ name, parameterType }) => [name, parameterType])]))
    .digest('base64');

const toFailure = ({ kind, message }: Pick<Refusal, 'kind' | 'message'>): Failure =>
  kind === 'source' ? denied(message) : invalid(message);

const denied = (message: string): Failure => ({
  kind: 'permanent',
  code: 'access_denied',
  reason: 'accessDenied',
  message,
});

const invalid = (message: string): Failure => ({
  kind: 'permanent',
  code: 'invalid_query',
  reason: 'invalidQuery',
  message,
});
