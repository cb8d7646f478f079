import { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { StatementForm } from '../../../sql/statement-form';
import { KnownFailure } from '../failures';

/** A job as its answers name it. */
export interface StatementJob {
  readonly jobId: string;
  readonly location?: string | undefined;
}

const statementJobSchema: z.ZodType<StatementJob> = z.object({
  jobId: z.string(),
  location: z.string().optional(),
});

/** A column of an answer. */
interface Column {
  readonly name: string;
  readonly type: string;
  readonly mode?: string | undefined;
  readonly fields?: Column[] | undefined;
}

const columnSchema: z.ZodType<Column> = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.string().optional(),
  get fields() {
    return z.array(columnSchema).optional();
  },
});

const count = z.coerce.number().int();

/** The answer of jobs.query and of jobs.getQueryResults. */
const queryAnswerSchema = z.object({
  jobComplete: z.boolean(),
  /** Missing where a SELECT was answered without a job. */
  jobReference: statementJobSchema.optional(),
  schema: z.object({ fields: z.array(columnSchema).default([]) }).optional(),
  rows: z.array(z.object({ f: z.array(z.object({ v: z.unknown() })) })).default([]),
  pageToken: z.string().optional(),
  numDmlAffectedRows: count.optional(),
  dmlStats: z
    .object({
      insertedRowCount: count.default(0),
      updatedRowCount: count.default(0),
      deletedRowCount: count.default(0),
    })
    .optional(),
});

export type QueryAnswer = z.infer<typeof queryAnswerSchema>;

/** Throws `unavailable` for what is no answer of BigQuery's: a proxy's page, for example. */
export function parseAnswer(body: unknown): QueryAnswer {
  const parsed = queryAnswerSchema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw noResult('It is no query response', parsed.error);
}

/**
 * Whether an answer has what only a success can have. A failed script has been reported to be answered with
 * 200 and without a result, as complete, while its job holds the error
 * (https://github.com/googleapis/nodejs-bigquery/issues/887): so what is missing never counts as no rows.
 */
export function isSuccess(
  form: StatementForm,
  { schema, numDmlAffectedRows, dmlStats }: QueryAnswer,
): boolean {
  return form === 'dml' ? numDmlAffectedRows !== undefined || dmlStats !== undefined : schema !== undefined;
}

/** The rows of an answer in the client's classes. */
export const rowsOf = ({ schema, rows }: QueryAnswer): readonly unknown[] =>
  BigQuery.mergeSchemaWithRows_(schema, rows, { wrapIntegers: false });

/** Rows that a single DML statement changed. */
export function affectedRowsOf({ numDmlAffectedRows, dmlStats }: QueryAnswer): number {
  if (numDmlAffectedRows !== undefined || dmlStats === undefined) return numDmlAffectedRows ?? 0;
  return dmlStats.insertedRowCount + dmlStats.updatedRowCount + dmlStats.deletedRowCount;
}

/** BigQuery answered, but not with what became of the statement. */
export const noResult = (why: string, cause?: unknown): KnownFailure =>
  new KnownFailure(
    {
      kind: 'transient',
      code: 'unavailable',
      reason: 'noResult',
      message: `BigQuery's answer does not say what became of the statement. ${why}.`,
    },
    { cause },
  );
