import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { type ColumnField, columnType } from '../../../sql/column-type';
import { addColumns, mergeRows, rowsWithKey } from '../../../sql/merge-rows';
import { within } from '../../../support/time-limits';
import { isNotFound, KnownFailure } from '../failures';
import type { JobRequest, Merge, QueryWork } from './job-request';
import { dryRun } from './start-job';

/** What of a request decides what its merge takes. */
type MergeRequest = Pick<JobRequest, 'datasetId' | 'location' | 'timeoutMs' | 'attachOnly' | 'work'>;

/** What a merge takes, once its query's columns and its table are known. */
export interface PreparedMerge {
  /** Adds the columns that the table lacks. */
  readonly columns?: QueryWork | undefined;
  readonly rows: QueryWork;
  /** The table as it is. Undefined: it is not there yet. */
  readonly table?: { readonly bytes: number; readonly isPartitioned: boolean } | undefined;
}

const fieldSchema: z.ZodType<ColumnField> = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.string().optional(),
  precision: z.string().optional(),
  scale: z.string().optional(),
  maxLength: z.string().optional(),
  get fields() {
    return z.array(fieldSchema).optional();
  },
});
const columnsSchema = z.object({ fields: z.array(fieldSchema).default([]) }).default({ fields: [] });
const dryRunSchema = z.object({ statistics: z.object({ query: z.object({ schema: columnsSchema }) }) });
const tableResourceSchema = z.object({
  schema: columnsSchema,
  numBytes: z.coerce.number().default(0),
  timePartitioning: z.unknown().optional(),
});

/** A key must equal itself and tell rows apart: floating point, arrays, structs and JSON do not. */
const keyTypes = new Set(
  'STRING BYTES INTEGER INT64 BOOLEAN BOOL NUMERIC BIGNUMERIC DATE DATETIME TIME TIMESTAMP'.split(' '),
);

/**
 * What a merge takes; undefined for a request that starts none. Asks for the columns of the query (by a dry
 * run, which is free) and of the table at once. If there is no table, its first rows are a plain query's
 * result, which makes it. Throws a KnownFailure if the definition is at fault, else BigQuery's error.
 */
export async function prepareMerge(
  bigquery: BigQuery,
  request: MergeRequest,
): Promise<PreparedMerge | undefined> {
  const { work, attachOnly } = request;
  if (work.kind !== 'query' || work.merge === undefined || attachOnly) return undefined;
  const { merge } = work;
  const both = Promise.all([readQuery(bigquery, request, work), readTable(bigquery, request, merge)]);
  const [query, table] = await within(request.timeoutMs, 'BigQuery', both);
  const problem = findProblem(merge, query, table?.fields);
  if (problem !== undefined) {
    throw new KnownFailure({
      kind: 'permanent',
      code: 'invalid_query',
      reason: 'invalidQuery',
      message: problem,
    });
  }
  const rows = {
    query: work.sql,
    columns: query.map(({ name }) => name),
    keys: merge.keys,
    table: merge.table,
  };
  const { keys: _, ...destination } = merge;
  if (table === undefined) {
    // Another run may make the table at the same time: then this job fails, and the next attempt finds it.
    const sql = rowsWithKey(rows);
    return { rows: { ...work, sql, destination: { ...destination, write_disposition: 'WRITE_EMPTY' } } };
  }
  const added = query.filter((field) => !has(table.fields, field.name));
  return {
    rows: { ...work, sql: mergeRows(rows) },
    table,
    ...(added.length > 0 && {
      columns: {
        kind: 'query',
        parameters: [],
        sql: addColumns(
          merge.table,
          added.map((field) => ({ name: field.name, type: columnType(field) })),
        ),
      },
    }),
  };
}

async function readQuery(
  bigquery: BigQuery,
  request: MergeRequest,
  work: QueryWork,
): Promise<readonly ColumnField[]> {
  return dryRunSchema.parse(await dryRun(bigquery, request, work)).statistics.query.schema.fields;
}

type MergedTable = NonNullable<PreparedMerge['table']> & { readonly fields: readonly ColumnField[] };

async function readTable(
  bigquery: BigQuery,
  { datasetId }: MergeRequest,
  { table }: Merge,
): Promise<MergedTable | undefined> {
  try {
    const [metadata]: readonly unknown[] = await bigquery.dataset(datasetId).table(table).getMetadata();
    const { schema, numBytes, timePartitioning } = tableResourceSchema.parse(metadata);
    return { fields: schema.fields, bytes: numBytes, isPartitioned: timePartitioning !== undefined };
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function findProblem(
  { keys, table: name }: Merge,
  query: readonly ColumnField[],
  table: readonly ColumnField[] | undefined,
): string | undefined {
  for (const key of keys) {
    const field = query.find((each) => isNamed(each, key));
    if (field === undefined) {
      const columns = query.map((each) => each.name).join(', ');
      return `Merge into ${name}: expected the key '${key}' among the columns of the query, given ${columns}.`;
    }
    if (!keyTypes.has(field.type) || field.mode === 'REPEATED') {
      return `Merge into ${name}: the key '${key}' is of type ${columnType(field)}, expected one of ${[...keyTypes].join(', ')}.`;
    }
    if (table !== undefined && !has(table, key)) {
      const columns = table.map((each) => each.name).join(', ');
      return `Merge into ${name}: expected the key '${key}' among the columns of the table, given ${columns}.`;
    }
  }
  return undefined;
}

const isNamed = (field: ColumnField, name: string): boolean =>
  field.name.toLowerCase() === name.toLowerCase();
const has = (fields: readonly ColumnField[], name: string): boolean =>
  fields.some((field) => isNamed(field, name));
