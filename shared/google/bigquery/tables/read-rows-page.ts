import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { within } from '../../../support/time-limits';
import { isNotFound } from '../failures';

/** A column, as BigQuery's REST interface has it. */
export interface TableField {
  readonly name: string;
  readonly type: string;
  readonly mode?: string | undefined;
  readonly fields?: readonly TableField[] | undefined;
}

export interface DescribedRows {
  /** What is in the streaming buffer is left out. */
  readonly rows: number;
  readonly bytes: number;
  readonly lastModifiedAt: Date;
  readonly fields: readonly TableField[];
}

/** A table as it is now; undefined if it is not there. Free of charge. Throws BigQuery's error. */
export type DescribeRows = (dataset: string, tableId: string) => Promise<DescribedRows | undefined>;

/** For each call, in milliseconds. */
const longestCallMs = 12_000;

const fieldSchema: z.ZodType<TableField> = z.object({
  name: z.string(),
  type: z.string(),
  mode: z.string().optional(),
  get fields() {
    return z.array(fieldSchema).optional();
  },
});
const tableSchema = z.object({
  numRows: z.coerce.number().default(0),
  numBytes: z.coerce.number().default(0),
  lastModifiedTime: z.coerce.number().transform((milliseconds) => new Date(milliseconds)),
  schema: z.object({ fields: z.array(fieldSchema).default([]) }).default({ fields: [] }),
});

export const createDescribeRows =
  (bigquery: BigQuery): DescribeRows =>
  async (dataset, tableId) => {
    try {
      const asked = bigquery.dataset(dataset).table(tableId).getMetadata();
      const [metadata]: readonly unknown[] = await within(longestCallMs, 'BigQuery', asked);
      const { numRows, numBytes, lastModifiedTime, schema } = tableSchema.parse(metadata);
      return { rows: numRows, bytes: numBytes, lastModifiedAt: lastModifiedTime, fields: schema.fields };
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  };

/** A row as REST sends it: `{f: [{v}]}`. */
const sentRowSchema = z.object({ f: z.array(z.object({ v: z.unknown() })) });
export type SentRow = z.infer<typeof sentRowSchema>;

export interface RowsPage {
  readonly rows: readonly SentRow[];
  readonly totalRows: number;
}

/**
 * Rows of a table, or of the partition that `table$20260131` names, by tabledata.list, which is free of charge; as
 * many as BigQuery sends at once. TIMESTAMPs are microseconds since 1970. Throws BigQuery's error.
 */
export type ReadRowsPage = (
  dataset: string,
  tableId: string,
  page: { readonly start: number; readonly limit: number },
) => Promise<RowsPage>;

const answerSchema = z.object({
  rows: z.array(sentRowSchema).default([]),
  totalRows: z.coerce.number().default(0),
});

export const createReadRowsPage =
  (bigquery: BigQuery): ReadRowsPage =>
  async (dataset, tableId, { start, limit }) => {
    const table = bigquery.dataset(dataset).table(tableId);
    // The client would ask for the columns, by one more request, though it parses nothing.
    table.metadata = { schema: { fields: [] } };
    const asked = table.getRows({
      skipParsing: true,
      autoPaginate: false,
      maxResults: limit,
      startIndex: String(start),
      'formatOptions.useInt64Timestamp': true,
    });
    const answer: readonly unknown[] = await within(longestCallMs, 'BigQuery', asked);
    return answerSchema.parse(answer[2]);
  };
